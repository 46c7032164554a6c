using System.Text;

namespace Weave.Cli.Commands;

/// <summary>The usage text, in the layout of the original.</summary>
internal static class UsageText
{
    private const int NameColumn = 6;
    private const int UsageColumn = 20;

    private const string Legend =
        """

        where <peer>     = <ip_address_or_fqdn>[:<port>]
              <cidr>     = <ip_address>/<routing_prefix_length>
              <addr>     = [ip:]<cidr> | net:<cidr> | net:default
              <endpoint> = [tcp://][<ip_address>]:<port> | [unix://]/path/to/socket
              <peer_id>  = <nickname> | <weave internal peer ID>
              <mode>     = consensus[=<count>] | seed=<mac>,... | observer

        """;

    internal static string Render()
    {
        StringBuilder text = new("Usage:\n\nweave --help | help\n");
        foreach (Command command in CommandTable.All.Where(command => command.Usage.Count > 0))
        {
            text.Append(command.BeginsGroup ? "\nweave " : new string(' ', NameColumn));
            text.Append(command.Usage[0].Length > 0 ? command.Name.PadRight(UsageColumn - NameColumn) + command.Usage[0] : command.Name).Append('\n');
            foreach (string line in command.Usage.Skip(1))
            {
                text.Append(' ', UsageColumn).Append(line).Append('\n');
            }
        }

        return text.Append(Legend).ToString();
    }
}
