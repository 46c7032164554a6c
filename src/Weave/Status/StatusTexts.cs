using System.Globalization;
using System.Text;
using Weave.Api;

namespace Weave.Status;

/// <summary>The texts of GET /status and its sub-commands, to the byte as the original writes them.</summary>
/// <remarks>Protocol section 6.1; examples in tests/vectors/http.</remarks>
internal static class StatusTexts
{
    private static readonly string[] ConnectionStates = ["established", "pending", "retrying", "failed", "connecting"];

    internal static string Summary(StatusReport report)
    {
        StringBuilder text = new();
        Line(text, "Version", $"{report.Version} ({VersionRemark(report.VersionCheck)})");
        if (report.Router is { } router)
        {
            AddRouter(text, router);
        }

        if (report.Ipam is { } ipam)
        {
            Service(text, "ipam");
            Line(text, "Status", AllocationState(ipam));
            Line(text, "Range", ipam.Range);
            Line(text, "DefaultSubnet", ipam.DefaultSubnet);
            AddAll(text, "Conflict", ipam.Conflicts);
            AddAll(text, "Held", ipam.Held);
        }

        if (report.Dns is { } dns)
        {
            Service(text, "dns");
            Line(text, "Domain", dns.Domain);
            Line(text, "Upstream", ListOf(dns.Upstream));
            Line(text, "TTL", $"{dns.Ttl}");
            Line(text, "Entries", $"{LiveNames(dns).Count()}");
        }

        if (report.Proxy is { } proxy)
        {
            Service(text, "proxy");
            Line(text, "Address", ListOf(proxy.Addresses));
        }

        if (report.Plugin is { } plugin)
        {
            Service(text, plugin.Config.EnableV2 ? "plugin (v2)" : "plugin (legacy)");
            if (!plugin.Config.EnableV2)
            {
                Line(text, "DriverName", plugin.DriverName);
            }
        }

        return text.ToString();
    }

    internal static string Targets(StatusReport report) =>
        string.Concat((report.Router?.Targets ?? []).Select(target => target + "\n"));

    internal static string Connections(StatusReport report) =>
        string.Concat((report.Router?.Connections ?? []).Select(ConnectionLine));

    internal static string Peers(StatusReport report)
    {
        StringBuilder text = new();
        foreach (PeerReport peer in report.Router?.Peers ?? [])
        {
            text.Append(CultureInfo.InvariantCulture, $"{peer.Name}({peer.NickName})\n");
            foreach (PeerConnectionReport link in peer.Connections ?? [])
            {
                string other = $"{link.Name}({link.NickName})";
                text.Append(CultureInfo.InvariantCulture, $"   {Arrow(link.Outbound)} {link.Address,-21} {other,-37} {LinkState(link)}\n");
            }
        }

        return text.ToString();
    }

    /// <summary>Null when there is no name server, which the original answers with an error.</summary>
    internal static string? Names(StatusReport report)
    {
        if (report.Dns is not { } dns)
        {
            return null;
        }

        StringBuilder text = new();
        foreach (NameReport entry in LiveNames(dns))
        {
            string suffix = "." + dns.Domain;
            string name = entry.Hostname.EndsWith(suffix, StringComparison.Ordinal) ? entry.Hostname[..^suffix.Length] : entry.Hostname;
            string container = entry.ContainerID.Length > 12 ? entry.ContainerID[..12] : entry.ContainerID;
            text.Append(CultureInfo.InvariantCulture, $"{name,-12} {entry.Address,-15} {container,12} {entry.Origin}\n");
        }

        return text.ToString();
    }

    /// <summary>
    /// Null when there is no allocator, which the original answers with an error. Ours comes first. Space that is held for a
    /// moment is told of in the summary only: scripts read owners here.
    /// </summary>
    internal static string? Allocation(StatusReport report)
    {
        if (report.Ipam is not { } ipam)
        {
            return null;
        }

        string ourself = report.Router?.Name ?? "";
        StringBuilder text = new();
        foreach (AllocationShare share in AllocationShare.Of(ipam).OrderByDescending(share => share.Peer == ourself))
        {
            string owner = $"{share.Peer}({share.Nickname})";
            string percentage = (share.Addresses * 100f / ipam.RangeNumIPs).ToString("00.0", CultureInfo.InvariantCulture);
            string remark = share.Peer == ourself ? $"({ipam.ActiveIPs} active)" : share.Reachable ? "" : "- unreachable!";
            text.Append(CultureInfo.InvariantCulture, $"{owner,-37} {share.Addresses,8} IPs ({percentage}% of total) {remark}\n");
        }

        AddAll(text, "Conflict", ipam.Conflicts);
        return text.ToString();
    }

    internal static IEnumerable<NameReport> LiveNames(NamesReport dns) => (dns.Entries ?? []).Where(entry => entry.Tombstone == 0);

    private static void AddRouter(StringBuilder text, RouterReport router)
    {
        string versions = router.ProtocolMinVersion == router.ProtocolMaxVersion
            ? $"{router.ProtocolMaxVersion}"
            : $"{router.ProtocolMinVersion}..{router.ProtocolMaxVersion}";
        IReadOnlyList<ConnectionReport> connections = router.Connections ?? [];
        IReadOnlyList<PeerReport> peers = router.Peers ?? [];
        string links = Counts(["established", "pending"], peers.SelectMany(peer => peer.Connections ?? []).Select(LinkState));
        Service(text, "router");
        Line(text, "Protocol", $"{router.Protocol} {versions}");
        Line(text, "Name", $"{router.Name}({router.NickName})");
        Line(text, "Encryption", OnOff(router.Encryption));
        Line(text, "PeerDiscovery", OnOff(router.PeerDiscovery));
        Line(text, "Targets", $"{router.Targets?.Count ?? 0}");
        Line(text, "Connections", $"{connections.Count}{Bracketed(Counts(ConnectionStates, connections.Select(connection => connection.State)))}");
        Line(text, "Peers", $"{peers.Count}{(links.Length > 0 ? $" (with {links} connections)" : "")}");
        Line(text, "TrustedSubnets", ListOf(router.TrustedSubnets));
        AddAll(text, "Problem", router.Problems);
    }

    /// <summary>Lines that the original does not have, and that are there only when something is wrong.</summary>
    private static void AddAll(StringBuilder text, string label, IReadOnlyList<string>? values)
    {
        foreach (string value in values ?? [])
        {
            Line(text, label, value);
        }
    }

    private static string AllocationState(AllocationReport ipam)
    {
        if (ipam.Entries is { } entries)
        {
            return !entries.Any(entry => entry.Size > 0 && entry.IsKnownPeer) ? "all IP ranges owned by unreachable peers - use 'rmpeer' if they are dead"
                : ipam.PendingAllocates is not null ? "waiting for IP(s) to become available"
                : "ready";
        }

        return ipam.Paxos switch
        {
            null => "idle",
            { Elector: true } paxos => $"awaiting consensus (quorum: {paxos.Quorum}, known: {paxos.KnownNodes})",
            _ => "priming",
        };
    }

    private static string ConnectionLine(ConnectionReport connection)
    {
        // Attributes follow each other without a separator: scripts may have come to rely on it.
        string attributes = string.Concat((connection.Attrs ?? new Dictionary<string, object>())
            .Where(attribute => attribute.Key != "name" && ConnectionAttributes.IsOriginal(attribute.Key))
            .OrderBy(attribute => attribute.Key, StringComparer.Ordinal)
            .Select(attribute => $"{attribute.Key}={ConnectionAttributes.Text(attribute.Value)}"));
        return $"{Arrow(connection.Outbound)} {connection.Address,-21} {connection.State,-11} {connection.Info} {attributes}\n";
    }

    private static string VersionRemark(VersionCheckReport? check) => check switch
    {
        null or { Enabled: false } => "version check update disabled",
        { Success: false } => $"failed to check latest version - see logs; next check at {NextCheck(check)}",
        { NewVersion.Length: > 0 } => $"version {check.NewVersion} available - please upgrade!",
        _ => $"up to date; next check at {NextCheck(check)}",
    };

    private static string NextCheck(VersionCheckReport check) => check.NextCheckAt.ToString("yyyy'/'MM'/'dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static void Service(StringBuilder text, string name)
    {
        text.Append('\n');
        Line(text, "Service", name);
    }

    private static void Line(StringBuilder text, string label, string value) =>
        text.Append(CultureInfo.InvariantCulture, $"{label,15}: {value}\n");

    private static string Counts(string[] order, IEnumerable<string> states)
    {
        Dictionary<string, int> counts = states.CountBy(state => state).ToDictionary();
        return string.Join(", ", order.Where(counts.ContainsKey).Select(state => $"{counts[state]} {state}"));
    }

    private static string Bracketed(string text) => text.Length > 0 ? $" ({text})" : "";

    private static string ListOf(IReadOnlyList<string>? list) => list is { Count: > 0 } ? string.Join(", ", list) : "none";

    private static string OnOff(bool on) => on ? "enabled" : "disabled";

    private static string Arrow(bool outbound) => outbound ? "->" : "<-";

    private static string LinkState(PeerConnectionReport link) => link.Established ? "established" : "pending";
}
