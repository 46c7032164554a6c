using System.Text;
using Weave.Cli.Flags;

namespace Weave.Cli.Commands;

/// <summary>The manual page weave(8), from the tables of commands and flags.</summary>
internal static class ManualPage
{
    internal static string Render()
    {
        StringBuilder page = new();
        page.Append($".TH WEAVE 8 \"\" \"weave {ThisAssembly.Version}\"\n.SH NAME\nweave \\- a network for containers across hosts\n.SH SYNOPSIS\n.B weave\n.I COMMAND\n[arguments]\n.SH COMMANDS\n");
        foreach (Command command in CommandTable.All.Where(command => command.Usage.Count > 0))
        {
            page.Append($".TP\n.B {Escaped(command.Name)}\n{Escaped(command.Summary)}.\n");
            foreach (string line in command.Usage.Where(line => line.Length > 0))
            {
                page.Append($".br\n{Escaped(line.Trim())}\n");
            }
        }

        page.Append(".SH OPTIONS OF LAUNCH\n");
        foreach (Flag<RouterInvocation> flag in RouterFlags.Set.All)
        {
            page.Append($".TP\n.B {Escaped(flag.Spelling)}{(flag.ShowsDefault ? "=" + Escaped(flag.Default) : "")}\n{Escaped(flag.Help)}\n");
        }

        return page.ToString();
    }

    private static string Escaped(string text)
    {
        string escaped = text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal);
        return escaped is ['.' or '\'', ..] ? "\\&" + escaped : escaped;
    }
}
