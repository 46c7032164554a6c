using System.Text;

namespace Weave.Cli.Flags;

/// <summary>Flags as an aligned list, in the layout of the original's programs.</summary>
internal static class FlagHelp
{
    private const int MinColumn = 20;
    private const int Padding = 3;

    internal static string Render<T>(string program, FlagSet<T> flags)
    {
        StringBuilder text = new();
        text.Append($"Usage of {program}:\n\n");
        string[] left = [.. flags.All.Select(flag => "  " + flag.Spelling + (flag.ShowsDefault ? "=" + flag.Default : ""))];
        int column = Math.Max(MinColumn, left.Max(cell => cell.Length) + Padding);
        for (int i = 0; i < left.Length; i++)
        {
            text.Append($"{left[i].PadRight(column)} {flags.All[i].Help}\n");
        }

        return text.ToString();
    }
}
