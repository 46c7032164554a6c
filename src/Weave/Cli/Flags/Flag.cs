namespace Weave.Cli.Flags;

/// <summary>One flag of a program, as help, parser, completion and manual page see it.</summary>
/// <param name="Name">Without dashes. One letter is written with one dash, longer names with two.</param>
/// <param name="IsSwitch">Takes a value only after <c>=</c>; alone it means true.</param>
/// <param name="Default">As help shows it; empty, <c>0</c> and <c>false</c> are not shown.</param>
/// <param name="Help">One line.</param>
/// <param name="Apply">Takes the value; a <see cref="FormatException"/> says why it cannot.</param>
internal sealed record Flag<T>(string Name, bool IsSwitch, string Default, string Help, Func<T, string, T> Apply)
{
    /// <summary>With its dashes.</summary>
    public string Spelling => Name.Length == 1 ? "-" + Name : "--" + Name;

    public bool ShowsDefault => Default is not ("" or "0" or "false");
}
