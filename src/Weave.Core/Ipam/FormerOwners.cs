using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>
/// Who owned a token before its owner of today, as far as was heard here. Somebody who takes a share over by decree may know
/// an older ring than we do, and the version of his entry hides from everybody that the share had changed hands before.
/// </summary>
/// <remarks>docs/adr/0031-taken-over-space-is-held.md. At most <see cref="Depth"/> entries a token.</remarks>
internal sealed class FormerOwners
{
    /// <summary>How many former owners of one token are remembered, the newest of them.</summary>
    private const int Depth = 4;

    private readonly SortedDictionary<Ipv4Address, List<RingEntry>> _former = [];

    /// <summary>Remembers whom a change of the ring replaced; what is ours, before or after, needs nobody's memory.</summary>
    internal void Note(IReadOnlyList<RingEntry> before, IReadOnlyList<RingEntry> after, PeerName self)
    {
        int i = 0;
        foreach (RingEntry entry in after)
        {
            while (i < before.Count && before[i].Token < entry.Token)
            {
                i++;
            }

            if (i < before.Count && before[i].Token == entry.Token && before[i].Peer != entry.Peer && before[i].Peer != self)
            {
                Add(before[i]);
            }
        }
    }

    /// <summary>The former owners of the tokens that <paramref name="owner"/> has now, ascending.</summary>
    internal IReadOnlyList<RingEntry> Of(PeerName owner, Ring ring)
    {
        if (_former.Count == 0)
        {
            return [];
        }

        return [.. ring.Entries
            .Where(entry => entry.Peer == owner)
            .SelectMany(entry => _former.GetValueOrDefault(entry.Token, []).Where(former => former.Peer != owner))];
    }

    internal void Clear() => _former.Clear();

    private void Add(RingEntry entry)
    {
        if (!_former.TryGetValue(entry.Token, out List<RingEntry>? former))
        {
            _former[entry.Token] = former = [];
        }

        former.RemoveAll(known => known.Peer == entry.Peer);
        former.Add(entry);
        if (former.Count > Depth)
        {
            former.RemoveAt(0);
        }
    }
}
