using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>What speaks for a ring that was told, beside what it says itself: anybody can make up names, seeds and versions.</summary>
/// <param name="Heals">Whether a peer settles conflicts by our rule.</param>
/// <param name="IsLiving">Whether a peer is in the mesh now; we are.</param>
/// <param name="Teller">Who told it. Of his own entries he has the last word.</param>
/// <param name="IsTrusting">We know nothing by ourselves.</param>
/// <remarks>docs/adr/0088-made-up-owners-take-nothing.md.</remarks>
public sealed record RingEvidence(Func<PeerName, bool> Heals, Func<PeerName, bool> IsLiving, PeerName Teller, bool IsTrusting = false)
{
    /// <summary>At least as many living owners stand behind it as behind ours.</summary>
    public bool IsCredible(Ring ours, RingState theirs) => IsTrusting || Living(theirs.Entries) >= Living(ours.Entries);

    /// <summary>How many living peers own something by these entries.</summary>
    public int Living(IEnumerable<RingEntry> entries) => Living(entries.Select(entry => entry.Peer));

    public int Living(IEnumerable<PeerName> peers) => peers.Distinct().Count(IsLiving);

    /// <summary>It would take space from a living owner though few or none of its own owners live.</summary>
    public bool IsRobbery(Ring ours, RingState theirs) =>
        !ours.IsEmpty && theirs.Range == ours.Range && !IsCredible(ours, theirs) && theirs.Entries.Any(entry => Robs(ours, entry));

    /// <summary>An entry would take space from a living owner who does not say so himself.</summary>
    public bool Robs(Ring ours, RingEntry entry)
    {
        if (ours.IsEmpty || entry.Token < ours.Range.Start || entry.Token.Value >= ours.Range.End.Value)
        {
            return false;
        }

        RingEntry mine = ours.Entries[ours.IndexOf(entry.Token)];
        bool isOld = mine.Token == entry.Token && (mine.Version > entry.Version || mine.Peer == entry.Peer);
        return !isOld && mine.Peer != entry.Peer && mine.Peer != Teller && IsLiving(mine.Peer);
    }
}
