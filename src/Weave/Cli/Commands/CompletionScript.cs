using System.Text;

namespace Weave.Cli.Commands;

/// <summary>Completion for bash, from the table of commands.</summary>
internal static class CompletionScript
{
    internal static string Bash()
    {
        StringBuilder script = new("_weave() {\n    local words=\n    case \"${COMP_WORDS[1]}\" in\n");
        foreach (Command command in CommandTable.All.Where(command => command.Usage.Count > 0))
        {
            IEnumerable<string> words = command.Name == "launch" ? LaunchUsage.Words : command.Words;
            script.Append($"        {command.Name}) words=\"{string.Join(' ', words)}\" ;;\n");
        }

        string names = string.Join(' ', CommandTable.All.Where(command => command.Usage.Count > 0).Select(command => command.Name).Prepend("help"));
        return script.Append("    esac\n    [ \"$COMP_CWORD\" -gt 1 ] || words=\"").Append(names)
            .Append("\"\n    COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n}\ncomplete -o default -F _weave weave\n").ToString();
    }
}
