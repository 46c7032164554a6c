using System.Text.Json;
using Weave.Api;
using Weave.Tests.Support;

namespace Weave.Tests.Status;

/// <summary>Replies recorded from the original, and a report that says the same as the recorded one.</summary>
internal static class RecordedReplies
{
    internal static IEnumerable<(string Node, string Url, bool Json, string Body)> Of(string run) =>
        Vectors.Json($"http/{run}.json").EnumerateArray()
            .Where(row => row.TryGetProperty("url", out _))
            .Select(row => (
                row.GetProperty("node").GetString()!,
                row.GetProperty("url").GetString()!,
                row.GetProperty("curlOptions").EnumerateArray().Any(option => option.GetString() == "Accept: application/json"),
                row.GetProperty("body").GetString()!));

    internal static string Report(string run) => Of(run).First(reply => reply.Url == "/report" && reply.Json).Body;

    internal static StatusReport Parsed(string run)
    {
        using JsonDocument document = JsonDocument.Parse(Report(run));
        JsonElement root = document.RootElement;
        return new StatusReport
        {
            Ready = root.GetProperty("Ready").GetBoolean(),
            Version = root.GetProperty("Version").GetString()!,
            Router = Router(root.GetProperty("Router")),
            Ipam = Ipam(root.GetProperty("IPAM")),
            Dns = Dns(root.GetProperty("DNS")),
        };
    }

    private static RouterReport Router(JsonElement json) => new()
    {
        Encryption = json.GetProperty("Encryption").GetBoolean(),
        PeerDiscovery = json.GetProperty("PeerDiscovery").GetBoolean(),
        Name = Text(json, "Name"),
        NickName = Text(json, "NickName"),
        Port = json.GetProperty("Port").GetInt32(),
        Peers = List(json, "Peers", peer => new PeerReport
        {
            Name = Text(peer, "Name"),
            NickName = Text(peer, "NickName"),
            UID = peer.GetProperty("UID").GetUInt64(),
            ShortID = peer.GetProperty("ShortID").GetInt32(),
            Version = peer.GetProperty("Version").GetUInt64(),
            Connections = List(peer, "Connections", link => new PeerConnectionReport(
                Text(link, "Name"), Text(link, "NickName"), Text(link, "Address"), link.GetProperty("Outbound").GetBoolean(), link.GetProperty("Established").GetBoolean())),
        }),
        UnicastRoutes = List(json, "UnicastRoutes", route => new UnicastRouteReport(Text(route, "Dest"), Text(route, "Via"))),
        BroadcastRoutes = List(json, "BroadcastRoutes", route => new BroadcastRouteReport { Source = Text(route, "Source"), Via = List(route, "Via", via => via.GetString()!) }),
        Connections = List(json, "Connections", connection => new ConnectionReport
        {
            Address = Text(connection, "Address"),
            Outbound = connection.GetProperty("Outbound").GetBoolean(),
            State = Text(connection, "State"),
            Info = Text(connection, "Info"),
            Attrs = connection.GetProperty("Attrs").ValueKind == JsonValueKind.Null ? null
                : new SortedDictionary<string, object>(connection.GetProperty("Attrs").EnumerateObject().ToDictionary(member => member.Name, Value), StringComparer.Ordinal),
        }),
        Targets = List(json, "Targets", target => target.GetString()!),
        TerminationCount = json.GetProperty("TerminationCount").GetUInt64(),
        OverlayDiagnostics = new Dictionary<string, OverlayReport?> { ["sleeve"] = null },
        TrustedSubnets = List(json, "TrustedSubnets", subnet => subnet.GetString()!),
        Interface = Text(json, "Interface"),
        CaptureStats = json.GetProperty("CaptureStats").EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetInt64()),
        MACs = List(json, "MACs", mac => new MacReport(Text(mac, "Mac"), Text(mac, "Name"), Text(mac, "NickName"), mac.GetProperty("LastSeen").GetDateTime())),
    };

    private static AllocationReport Ipam(JsonElement json) => new()
    {
        Range = Text(json, "Range"),
        RangeNumIPs = json.GetProperty("RangeNumIPs").GetUInt64(),
        ActiveIPs = json.GetProperty("ActiveIPs").GetUInt64(),
        DefaultSubnet = Text(json, "DefaultSubnet"),
        Entries = List(json, "Entries", entry => new RingEntryReport(
            Text(entry, "Token"), entry.GetProperty("Size").GetUInt64(), Text(entry, "Peer"), Text(entry, "Nickname"), entry.GetProperty("IsKnownPeer").GetBoolean(), entry.GetProperty("Version").GetUInt32())),
    };

    private static NamesReport Dns(JsonElement json) => new()
    {
        Domain = Text(json, "Domain"),
        Upstream = List(json, "Upstream", upstream => upstream.GetString()!),
        Address = Text(json, "Address"),
        Ttl = json.GetProperty("TTL").GetUInt32(),
        Entries = List(json, "Entries", entry => new NameReport(
            Text(entry, "Hostname"), Text(entry, "Origin"), Text(entry, "ContainerID"), Text(entry, "Address"), entry.GetProperty("Version").GetInt32(), entry.GetProperty("Tombstone").GetInt64())),
    };

    private static object Value(JsonProperty member) => member.Value.ValueKind switch
    {
        JsonValueKind.Number => member.Value.GetInt32(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => member.Value.GetString()!,
    };

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    private static T[] List<T>(JsonElement json, string name, Func<JsonElement, T> read) =>
        json.GetProperty(name).ValueKind == JsonValueKind.Null ? [] : [.. json.GetProperty(name).EnumerateArray().Select(read)];
}
