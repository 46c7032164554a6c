namespace Weave.Status.Templates;

/// <summary>Kinds of words inside <c>{{ }}</c>.</summary>
internal enum TokenKind
{
    /// <summary><c>.</c> alone.</summary>
    Dot,

    /// <summary><c>.Name</c>; the text is the name.</summary>
    Field,

    /// <summary><c>$</c> or <c>$name</c>.</summary>
    Variable,

    /// <summary>Keyword or function.</summary>
    Word,

    /// <summary>A text; quotes and escapes are taken off.</summary>
    Text,

    /// <summary>A number as written.</summary>
    Number,

    /// <summary><c>| ( ) , := =</c>.</summary>
    Sign,
}
