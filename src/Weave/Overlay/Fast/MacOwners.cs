using Weave.Linux.Netlink;
using Weave.Wire.Primitives;

namespace Weave.Overlay.Fast;

/// <summary>Which addresses on the bridge are whose: the host's, or those of live containers' interfaces.</summary>
/// <remarks>
/// A machine. Who has an address keeps it as long as he lives: another container that takes it on later gets nothing of his.
/// Only two interfaces of one container share an address, as bonded ones do; it is then nobody's in particular.
/// </remarks>
internal sealed class MacOwners
{
    /// <summary>In place of a port: the host itself.</summary>
    internal const int Host = 0;

    private Dictionary<MacAddress, int> _owners = [];

    /// <summary>The owners now: index of the port, or <see cref="Host"/>.</summary>
    /// <param name="links">All links of the host.</param>
    /// <param name="bridge">Index of the bridge; 0 when there is none.</param>
    /// <param name="otherEnd">The interface in the container; null when it cannot be told.</param>
    internal IReadOnlyDictionary<MacAddress, int> Look(IReadOnlyList<Link> links, int bridge, Func<Link, Link?> otherEnd)
    {
        Dictionary<MacAddress, int> now = [];
        foreach (Link own in bridge == 0 ? [] : links.Where(link => link.Index == bridge || link.MasterIndex == bridge || (link.Kind != "veth" && link.PeerIndex == bridge)))
        {
            now[own.Mac] = Host;
        }

        Claim(now, [.. links.Where(link => bridge != 0 && link.MasterIndex == bridge && link.PeerNamespace is not null)], otherEnd);
        now.Remove(MacAddress.Zero);
        return _owners = now;
    }

    private void Claim(Dictionary<MacAddress, int> now, Link[] ports, Func<Link, Link?> otherEnd)
    {
        var claims = ports.Select(port => (Port: port, otherEnd(port)?.Mac)).Where(claim => claim.Mac is not null).GroupBy(claim => claim.Mac!.Value);
        foreach (var claim in claims.Where(claim => !now.ContainsKey(claim.Key)))
        {
            int? before = _owners.TryGetValue(claim.Key, out int owner) ? owner : null;
            Link first = claim.Select(one => one.Port).FirstOrDefault(port => port.Index == before) ?? claim.First().Port;
            if (claim.All(one => one.Port == first || one.Port.PeerNamespace != first.PeerNamespace))
            {
                now[claim.Key] = first.Index;
            }
        }
    }
}
