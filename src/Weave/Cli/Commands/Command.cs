namespace Weave.Cli.Commands;

/// <summary>A command, as the dispatcher, help, completion and the manual page see it.</summary>
/// <param name="Name">The word after <c>weave</c>.</param>
/// <param name="Usage">Lines of the usage text after the name; none for a hidden command.</param>
/// <param name="Summary">One line for the manual and for completion.</param>
/// <param name="Place">Where it is carried out.</param>
/// <param name="Run">Its deed.</param>
internal sealed record Command(string Name, IReadOnlyList<string> Usage, string Summary, CommandPlace Place, Func<CliContext, string[], Task<int>> Run)
{
    /// <summary>Begins a paragraph of the usage text.</summary>
    public bool BeginsGroup { get; init; }

    /// <summary>Words that may follow, for completion.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>What a person is told who waits for longer than a moment.</summary>
    public string Waiting { get; init; } = $"Still at work on 'weave {Name}'...";
}
