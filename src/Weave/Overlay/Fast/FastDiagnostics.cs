using Weave.Api;
using Weave.Linux.Bpf;
using Weave.Linux.Netlink;
using Weave.Wire.Primitives;
using Weave.Wire.Vxlan;

namespace Weave.Overlay.Fast;

/// <summary>The kernel's tables in the words of the report. Names of peers are those that the report has already.</summary>
internal sealed class FastDiagnostics(IReadOnlyList<PeerReport> peers)
{
    private readonly Dictionary<ushort, PeerReport> _owners = peers.Where(peer => peer.ShortID != 0)
        .GroupBy(peer => (ushort)peer.ShortID).ToDictionary(group => group.Key, group => group.First());

    /// <summary>How a counter is called in report and metrics: <c>DropSource</c> is <c>drop_source</c>.</summary>
    internal static string NameOf(DatapathCounter counter) =>
        string.Concat(counter.ToString().Select((letter, at) => char.IsUpper(letter) ? $"{(at > 0 ? "_" : "")}{char.ToLowerInvariant(letter)}" : $"{letter}"));

    /// <summary>The original counts what leaves the kernel for want of a flow; here frames do so whose neighbour only user space reaches.</summary>
    internal static IReadOnlyDictionary<string, long> CaptureStats(IReadOnlyDictionary<DatapathCounter, ulong> counters) =>
        new Dictionary<string, long> { ["FlowMisses"] = (long)counters.GetValueOrDefault(DatapathCounter.SentHandover) };

    /// <param name="contents">The tables.</param>
    /// <param name="macs">What was learned.</param>
    /// <param name="counters">What was counted.</param>
    /// <param name="ports">Devices through which frames leave.</param>
    /// <param name="now">Time of the clock by which MAC addresses are dated.</param>
    internal OverlayReport Overlay(
        DatapathContents contents,
        IReadOnlyList<DatapathMac> macs,
        IReadOnlyDictionary<DatapathCounter, ulong> counters,
        IReadOnlyList<Link> ports,
        TimeSpan now) => new()
    {
        Vports = [.. ports.Select(port => new VportReport((uint)port.Index, port.Name, port.Kind == "vxlan" ? "vxlan" : "tap"))],
        Flows = [.. macs.Take(PeerLimits.MacsInReport).Where(mac => mac.Peer != contents.Self).Select(mac => Flow(contents, mac, now)).OfType<FlowReport>()],
        Neighbours = [.. contents.Neighbours.OrderBy(pair => pair.Key).Select(pair => new DatapathNeighbourReport(
            Name(pair.Key), NickName(pair.Key), pair.Key.Value, pair.Value.Address == default ? "" : pair.Value.Address.ToString(), Path(pair.Value)))],
        Routes = [.. contents.Routes.OrderBy(pair => pair.Key).Select(pair => new DatapathRouteReport(
            Name(pair.Key), NickName(pair.Key), pair.Key.Value, pair.Value.Neighbour is { } via ? Name(via) : ""))],
        Counters = new SortedDictionary<string, ulong>(counters.ToDictionary(pair => NameOf(pair.Key), pair => pair.Value), StringComparer.Ordinal),
    };

    /// <summary>Dated with the wall's clock.</summary>
    internal IReadOnlyList<MacReport> Macs(IReadOnlyList<DatapathMac> macs, TimeSpan now, DateTime wall) =>
        [.. macs.Take(PeerLimits.MacsInReport).Select(mac => new MacReport(mac.Address.ToString(), Name(mac.Peer), NickName(mac.Peer), wall - (now - mac.Seen)))];

    private static string Path(DatapathNeighbour neighbour) => neighbour.Fast ? "fastdp" : "sleeve";

    /// <summary>The kernel keeps no flows: what stands for one is an address and where frames for it go. Null when they go nowhere.</summary>
    private FlowReport? Flow(DatapathContents contents, DatapathMac mac, TimeSpan now)
    {
        if (contents.Routes.GetValueOrDefault(mac.Peer).Neighbour is not { } via || !contents.Neighbours.TryGetValue(via, out DatapathNeighbour neighbour))
        {
            return null;
        }

        string action = neighbour.Fast
            ? $"SetTunnelAction{{id: {contents.Self?.Value ?? 0:x3}->{mac.Peer.Value:x3}, dst: {neighbour.Address}}}"
            : $"HandOver{{to: {Name(via)}}}";
        return new FlowReport([$"EthernetFlowKey{{dst: {mac.Address}}}"], [action], 0, 0, (ulong)Math.Max(0, (now - mac.Seen).TotalMilliseconds));
    }

    private string Name(ShortId id) => _owners.GetValueOrDefault(id.Value)?.Name ?? "";

    private string NickName(ShortId id) => _owners.GetValueOrDefault(id.Value)?.NickName ?? "";
}
