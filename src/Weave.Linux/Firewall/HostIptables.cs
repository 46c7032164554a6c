using System.Globalization;
using Weave.Wire.Primitives;

namespace Weave.Linux.Firewall;

/// <summary>The host's iptables, of the kind (nft or legacy) in which its rules are.</summary>
/// <param name="programs">How its programs are run.</param>
/// <param name="procPath">Where /proc is.</param>
public sealed class HostIptables(IHostPrograms programs, string procPath = "/proc") : IFirewall
{
    private const string LockWait = "5"; // seconds to wait for whoever holds the lock of iptables

    private static readonly string[] Kinds = ["iptables-nft", "iptables-legacy"];

    private string? _flavour;

    /// <summary><c>iptables</c>, <c>iptables-nft</c> or <c>iptables-legacy</c>.</summary>
    public string Flavour => _flavour ??= Detect();

    public string Save() => Checked($"{Flavour}-save", []).Output;

    public string Stamp() => RulesStamp.Take(procPath);

    public OtherRules SaveOthers()
    {
        string[] legacy = RulesStamp.LegacyTables($"{procPath}/self/net/ip_tables_names");
        string[] legacy6 = RulesStamp.LegacyTables($"{procPath}/self/net/ip6_tables_names");
        string other = Flavour == "iptables-legacy" ? IfThere("iptables-nft-save") : legacy.Length > 0 ? IfThere("iptables-legacy-save") : "";
        return new OtherRules(other, [IfThere("ip6tables-nft-save"), legacy6.Length > 0 ? IfThere("ip6tables-legacy-save") : ""], NftTables());
    }

    public void Restore(string script)
    {
        if (script.Length > 0)
        {
            Checked($"{Flavour}-restore", ["--noflush", "--wait", LockWait], script);
        }
    }

    public void SetMembers(string set, IReadOnlyCollection<Ipv4Cidr> members)
    {
        // Filled beside and swapped in, so that no packet meets a half-filled set.
        string beside = set + "-new";
        IEnumerable<string> lines =
        [
            $"create {set} hash:net -exist", $"create {beside} hash:net -exist", $"flush {beside}",
            .. members.Select(member => $"add {beside} {member}"), $"swap {beside} {set}", $"destroy {beside}",
        ];
        Checked("ipset", ["restore"], string.Join('\n', lines) + "\n");
    }

    public IReadOnlyCollection<Ipv4Cidr>? Members(string set)
    {
        ProgramResult result = programs.Run("ipset", ["save", set]);
        if (result.ExitCode != 0)
        {
            return null;
        }

        // A single address is printed without its length.
        IEnumerable<string> members = result.Output.Split('\n').Select(line => line.Split(' ')).Where(words => words is ["add", _, _, ..])
            .Select(words => words[2].Contains('/', StringComparison.Ordinal) ? words[2] : words[2] + "/32");
        return [.. members.Select(text => Ipv4Cidr.TryParse(text, out Ipv4Cidr member) ? member : default)];
    }

    public void DestroySet(string set)
    {
        if (programs.Exists("ipset") && programs.Run("ipset", ["list", "-name", set]).ExitCode == 0)
        {
            Checked("ipset", ["destroy", set]);
        }
    }

    public void ForgetFlows(int udpPort)
    {
        if (programs.Exists("conntrack"))
        {
            // Its exit status is 1 when there was none: nothing to tell.
            programs.Run("conntrack", ["-D", "-p", "udp", "--dport", udpPort.ToString(CultureInfo.InvariantCulture)]);
        }
    }

    /// <summary>Table by table, without those that iptables has in nft: it prints them itself, and may have thousands of rules.</summary>
    private string NftTables()
    {
        const string OfIptables = "filter nat mangle raw security";
        IEnumerable<string[]> tables = IfThere("nft", "list", "tables").Split('\n').Select(line => line.Trim().Split(' ')).Where(words => words is ["table", _, _]);
        return string.Concat(tables.Where(words => words[1] is not ("ip" or "ip6") || !OfIptables.Split(' ').Contains(words[2]) || IsForeign(words[1], words[2]))
            .Select(words => IfThere("nft", "list", "table", words[1], words[2])));
    }

    /// <summary>A table with a name of iptables that somebody made with nft.</summary>
    private bool IsForeign(string family, string table) =>
        IfThere($"{(family == "ip" ? "iptables" : "ip6tables")}-nft-save", "-t", table).Contains("is incompatible", StringComparison.Ordinal);

    private string IfThere(string program, params string[] arguments) =>
        programs.Exists(program) && programs.Run(program, arguments) is { ExitCode: 0 } result ? result.Output : "";

    /// <summary>
    /// Where Docker's rules are, else where most rules are, else what the plain command is. Looking does not create
    /// anything: each kind prints only tables that are there.
    /// </summary>
    private string Detect()
    {
        (string Flavour, int Weight)[] kinds = [.. Kinds.Select(kind => (kind, Weigh(kind)))];
        (string best, int weight) = kinds.MaxBy(kind => kind.Weight);
        return weight > 0 && kinds.Count(kind => kind.Weight == weight) == 1 ? best : "iptables";
    }

    private int Weigh(string kind)
    {
        if (!programs.Exists($"{kind}-save") || !programs.Exists($"{kind}-restore"))
        {
            return 0;
        }

        ProgramResult result = programs.Run($"{kind}-save", []);
        string[] lines = result.ExitCode == 0 ? result.Output.Split('\n') : [];
        const int MoreThanAnyNumberOfRules = 1_000_000;
        return lines.Count(line => line.StartsWith("-A ", StringComparison.Ordinal))
            + (lines.Any(line => line.StartsWith(":DOCKER", StringComparison.Ordinal)) ? MoreThanAnyNumberOfRules : 0);
    }

    private ProgramResult Checked(string program, IReadOnlyList<string> arguments, string input = "")
    {
        ProgramResult result = programs.Run(program, arguments, input);
        return result.ExitCode == 0 ? result : throw new FirewallException($"{program}: {result.Error}");
    }
}
