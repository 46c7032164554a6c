namespace Weave.Status.Templates;

/// <summary>A word inside <c>{{ }}</c>.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Without marks; see <see cref="TokenKind"/>.</param>
/// <param name="AfterSpace">Stands apart from the word before it.</param>
internal readonly record struct Token(TokenKind Kind, string Text, bool AfterSpace)
{
    internal bool IsSign(string sign) => Kind == TokenKind.Sign && Text == sign;
}
