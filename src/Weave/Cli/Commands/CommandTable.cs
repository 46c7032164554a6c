using Weave.Cli.Launch;

namespace Weave.Cli.Commands;

/// <summary>Every command. The one source of usage text, completion and manual page.</summary>
internal static class CommandTable
{
    private static readonly string[] Removed =
        ["run", "start", "restart", "launch-plugin", "stop-plugin", "launch-proxy", "stop-proxy", "launch-router", "stop-router"];

    internal static readonly IReadOnlyList<Command> All =
    [
        new("setup", [""], "Load the image, so that launch need not", CommandPlace.Client, InfoCommands.SetupAsync),
        new("version", [""], "Print the versions of command and router", CommandPlace.Client, InfoCommands.VersionAsync),
        new("launch", LaunchUsage.Lines, "Start the router and connect to peers", CommandPlace.Client, LaunchCommand.RunAsync) { BeginsGroup = true, Words = ["--no-restart"], Waiting = "Waiting for the router to be ready..." },
        new("prime", [""], "Wait until addresses can be allocated", CommandPlace.Router, PeerCommands.PrimeAsync) { BeginsGroup = true, Waiting = "Waiting until enough peers have agreed on who owns which addresses; see 'weave status'..." },
        new("env", ["[--restore]"], "Print the environment for the Docker API proxy", CommandPlace.Router, InfoCommands.EnvAsync) { BeginsGroup = true, Words = ["--restore"] },
        new("config", [""], "Print the docker option for the Docker API proxy", CommandPlace.Router, InfoCommands.ConfigAsync),
        new("dns-args", [""], "Print the docker run options for weaveDNS", CommandPlace.Router, InfoCommands.DnsArgsAsync),
        new("connect", ["[--replace] [<peer> ...]"], "Connect to more peers, or to others", CommandPlace.Router, PeerCommands.ConnectAsync) { BeginsGroup = true, Words = ["--replace"] },
        new("forget", ["<peer> ..."], "Stop connecting to peers", CommandPlace.Router, PeerCommands.ForgetAsync),
        new("attach", ["[--without-dns] [--rewrite-hosts] [--no-multicast-route]", "  [<addr> ...] <container_id>"], "Attach a container", CommandPlace.Host, AttachCommands.AttachAsync) { BeginsGroup = true, Words = ["--without-dns", "--rewrite-hosts", "--no-multicast-route"], Waiting = "Waiting for an address; see 'weave status ipam'..." },
        new("detach", ["[<addr> ...] <container_id>"], "Detach a container", CommandPlace.Host, AttachCommands.DetachAsync),
        new("expose", ["[<addr> ...] [-h <fqdn>] [--without-masquerade]"], "Give the host an address in the network", CommandPlace.Host, ExposeCommands.ExposeAsync) { BeginsGroup = true, Words = ["--without-masquerade", "-h"], Waiting = "Waiting for an address; see 'weave status ipam'..." },
        new("hide", ["[<addr> ...]"], "Take the host's address away", CommandPlace.Host, ExposeCommands.HideAsync),
        new("dns-add", ["[<ip_address> ...] <container_id> [-h <fqdn>] |", "<ip_address> ... -h <fqdn>"], "Add names", CommandPlace.Host, NameCommands.AddAsync) { BeginsGroup = true, Words = ["-h"] },
        new("dns-remove", ["[<ip_address> ...] <container_id> [-h <fqdn>] |", "<ip_address> ... -h <fqdn>"], "Remove names", CommandPlace.Host, NameCommands.RemoveAsync) { Words = ["-h"] },
        new("dns-lookup", ["<unqualified_name>"], "Look a name up", CommandPlace.Host, NameCommands.LookupAsync),
        new("dns-alias", ["[--remove] <name> -h <fqdn>"], "Let a name follow another", CommandPlace.Router, AliasCommand.RunAsync) { Words = ["--remove", "-h"] },
        new("status", ["[targets | connections | peers | dns | ipam] [--json]"], "Tell how things are", CommandPlace.Router, StatusCommand.RunAsync) { BeginsGroup = true, Words = ["targets", "connections", "peers", "dns", "ipam", "--json"] },
        new("report", ["[-f <format>]"], "Tell everything, as JSON or by a template", CommandPlace.Router, StatusCommand.ReportAsync) { Words = ["-f"] },
        new("ps", ["[<container_id> ...]"], "List attached containers", CommandPlace.Host, PsCommand.RunAsync),
        new("stop", [""], "Stop the router; containers keep their network", CommandPlace.Client, StopCommand.RunAsync) { BeginsGroup = true },
        new("reset", ["[--force]"], "Stop, leave the network and remove everything", CommandPlace.Client, ResetCommand.RunAsync) { BeginsGroup = true, Words = ["--force"] },
        new("rmpeer", ["[--force] <peer_id> ..."], "Take over the addresses of dead peers", CommandPlace.Router, PeerCommands.RemoveAsync) { Words = ["--force"] },
        new("systemd", ["[--print] [<option> ...] [<peer> ...]"], "Run the router as a service of the host", CommandPlace.Client, SystemdCommand.RunAsync) { BeginsGroup = true, Words = ["--print"] },
        new("plugin-v2", ["create [<name>]", "directory <path>"], "Make the managed plugin for swarms", CommandPlace.Client, ManagedPluginCommand.RunAsync) { Words = ["create", "directory"] },
        new("completion", ["[bash]"], "Print a completion script for the shell", CommandPlace.Client, InfoCommands.CompletionAsync) { BeginsGroup = true, Words = ["bash"] },
        new("man", [""], "Print the manual page", CommandPlace.Client, InfoCommands.ManualAsync),
        .. Hidden(),
    ];

    internal static Command? Find(string name) => All.FirstOrDefault(command => command.Name == name);

    private static IEnumerable<Command> Hidden() =>
    [
        new("attach-bridge", [], "Join the Docker bridge to ours", CommandPlace.Host, BridgeCommands.AttachBridgeAsync),
        new("bridge-type", [], "Print the type of our bridge", CommandPlace.Host, BridgeCommands.TypeAsync),
        new("docker-bridge-ip", [], "Print the address of the Docker bridge", CommandPlace.Host, BridgeCommands.DockerAddressAsync),
        new("setup-cni", [], "Of the original; CNI is to come", CommandPlace.Client, InfoCommands.SetupAsync),
        new("health", [], "Succeed if the router is ready", CommandPlace.Router, InfoCommands.HealthAsync),
        new("leave", [], "Leave the mesh, before reset", CommandPlace.Router, PeerCommands.LeaveAsync),
        new("host-facts", [], "Tell launch about this host", CommandPlace.Host, HostFactsCommand.RunAsync),
        new("host-cleanup", [], "Take away what reset leaves on the host", CommandPlace.Host, HostCleanupCommand.RunAsync),
        .. Removed.Select(name => new Command(name, [], "Removed in 2.0", CommandPlace.Client, (context, _) => InfoCommands.RemovedAsync(context, name))),
    ];
}
