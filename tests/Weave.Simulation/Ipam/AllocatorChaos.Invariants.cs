using Weave.Core.Ipam;
using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Simulation.Ipam;

/// <content>What must hold in the end, and what nobody can know.</content>
internal sealed partial class AllocatorChaos
{
    private void Agree()
    {
        List<AllocatorHost> up = [.. Up];
        string First(Func<AllocatorHost, string> view) => view(up[0]);
        string Owners(AllocatorHost host) => string.Join(' ', Entries(host).Select(entry => $"{entry.Token}={entry.Peer}v{entry.Version}"));
        foreach (AllocatorHost host in up)
        {
            IpamStatus status = host.Allocator!.Status(_network.Universe);
            Fail(Owners(host) != First(Owners), $"{host.Self} has another ring than {up[0].Self}: {Owners(host)} against {First(Owners)}");
            Fail(status.Conflicts.Count > 0, $"{host.Self} still has a conflict: {string.Join("; ", status.Conflicts)}");
            Fail(status.Held.Count > 0, $"{host.Self} still holds space back: {string.Join("; ", status.Held)}");
            Fail(status.PendingClaims.Count > 0, $"{host.Self} still claims {string.Join("; ", status.PendingClaims)}");
            foreach (Ipv4Cidr used in host.Containers.Values)
            {
                PeerName owner = Entries(host).Last(entry => entry.Token.Value <= used.Address.Value).Peer;
                Fail(owner != host.Self, $"{used} is used on {host.Self} and owned by {owner}");
            }
        }

        long free = (long)_network.Universe.Size - 2 - up.Sum(host => host.Containers.Count);
        bool agreed = up.Exists(HasRing); // without a ring and without a quorum everybody waits, as they must
        Fail(agreed && free > up.Count && up.Any(host => host.Waiting.Count > 0), $"somebody still waits though {free} addresses are free");
    }

    /// <summary>
    /// A host without its record comes back to where some still take a share for its own that has long changed hands; or
    /// somebody who does takes over its share. He waits for all owners in his ring, and for all in reach; so one of those
    /// must have heard of the change. If everybody who has is away, and owns nothing as far as is known there, then what
    /// is known is the same as if nothing had changed hands, and no program can tell the two cases apart. An original
    /// peer asks nobody.
    /// </summary>
    private bool CanBeKnown(AllocatorHost lost, AllocatorHost taker)
    {
        List<Ring> rings = [.. _network.Hosts.Where(host => host != lost && RingOf(host) is not null).Select(host => Copy(RingOf(host)!))];
        List<Ipv4Address> points = [.. rings.SelectMany(ring => ring.Entries).Select(entry => entry.Token).Distinct()];
        HashSet<PeerName> near = [.. _network.Hosts.Where(host => host.IsUp && host.Segment == taker.Segment).Select(host => host.Self)];
        foreach (Ring view in rings.Where(ring => taker == lost || ring.Self == taker.Self))
        {
            HashSet<PeerName> asked = taker.IsOriginal ? [] : [.. view.Entries.Select(entry => entry.Peer), .. near];
            List<Ring> shown = [.. rings.Where(ring => ring != view).Select(ring => Shown(ring, view))];
            foreach (Ipv4Address point in points.Where(point => view.OwnerOf(point) == lost.Self))
            {
                List<Ring> knowing = [.. shown.Where(ring => ring.OwnerOf(point) != lost.Self)];
                if (knowing.Count > 0 && !knowing.Exists(ring => asked.Contains(ring.Self)))
                {
                    return false;
                }
            }
        }

        return true;
    }

    // What a host thinks after it has seen the ring of another.
    private static Ring Shown(Ring ring, Ring view)
    {
        Ring copy = Copy(ring.State);
        copy.Merge(view.State, _ => false);
        return copy;
    }

    private static Ring Copy(RingState state)
    {
        Ring ring = new(state.Range, state.Peer);
        ring.Restore(state);
        return ring;
    }
}
