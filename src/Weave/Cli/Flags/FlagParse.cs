namespace Weave.Cli.Flags;

/// <summary>What a command line came to.</summary>
/// <param name="Value">The target with every good flag applied.</param>
/// <param name="Given">Flags that were given, in order, as name and value.</param>
/// <param name="Rest">What is left after the flags.</param>
/// <param name="Problems">Everything that is wrong, in order; empty when nothing is.</param>
/// <param name="HelpWanted">Help was asked for; nothing after that was read.</param>
internal sealed record FlagParse<T>(
    T Value,
    IReadOnlyList<(string Name, string Value)> Given,
    IReadOnlyList<string> Rest,
    IReadOnlyList<string> Problems,
    bool HelpWanted);
