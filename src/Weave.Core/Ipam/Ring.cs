using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>
/// Who owns which addresses: tokens on a circle, each owned from its address to the next token. Copies are merged; the
/// owner of an entry alone changes it, and raises its version.
/// </summary>
/// <remarks>docs/wire/ipam.md §2, §3.</remarks>
public sealed class Ring
{
    /// <summary>Added to the version of entries that change owner by decree, so that it beats the owner's own changes.</summary>
    public const uint TransferVersionStep = 100;

    private List<RingEntry> _entries = [];

    public Ring(Ipv4Range range, PeerName self)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(range.IsEmpty, true, nameof(range));
        Range = range;
        Self = self;
    }

    public Ipv4Range Range { get; }

    /// <summary>Whose copy this is.</summary>
    public PeerName Self { get; }

    /// <summary>The peers of the first division. Empty when unknown.</summary>
    public IReadOnlyList<PeerName> Seeds { get; private set; } = [];

    /// <summary>In ascending order of token.</summary>
    public IReadOnlyList<RingEntry> Entries => _entries;

    public bool IsEmpty => _entries.Count == 0;

    /// <summary>A copy to be told or stored; later changes do not touch it.</summary>
    public RingState State => new(Range, Self, [.. _entries], Seeds);

    /// <summary>Puts a stored copy in place. It must be sound (<see cref="RingCheck"/>) and of the same range.</summary>
    public void Restore(RingState stored)
    {
        _entries = [.. stored.Entries];
        Seeds = [.. stored.Seeds];
    }

    /// <summary>
    /// Merges a copy of another peer by the original's rule. A conflict changes nothing here; see <see cref="RingHealing"/>.
    /// </summary>
    /// <param name="incoming">Unchecked.</param>
    /// <param name="inUse">Whether any of our addresses in the range is in use.</param>
    public RingMergeResult Merge(RingState incoming, Func<Ipv4Range, bool> inUse)
    {
        RingMergeResult result = new RingMerge(this, inUse).Run(incoming);
        if (result.Fault == RingFault.None)
        {
            Replace(result.Entries, Seeds.Count == 0 ? incoming.Seeds : Seeds);
        }

        return result;
    }

    /// <summary>Puts merged or healed entries in place.</summary>
    public void Replace(IReadOnlyList<RingEntry> entries, IReadOnlyList<PeerName> seeds)
    {
        _entries = [.. entries];
        Seeds = [.. seeds];
    }

    /// <summary>The first ring: everything, halved again and again among <paramref name="peers"/> in their order.</summary>
    public void Divide(IReadOnlyList<PeerName> peers)
    {
        _entries = [];
        Seeds = [.. peers];
        Divide(Range.Start.Value, Range.End.Value, [.. peers]);
    }

    /// <summary>Who owns <paramref name="address"/>, which must be in the range; unknown while there is no ring.</summary>
    public PeerName OwnerOf(Ipv4Address address) => IsEmpty ? PeerName.Unknown : _entries[IndexOf(address)].Peer;

    /// <summary>The addresses of the entry at <paramref name="index"/>: one piece, or two when it wraps (ascending).</summary>
    public IReadOnlyList<Ipv4Range> RangesAt(int index) => RangesBetween(_entries[index].Token, _entries[(index + 1) % _entries.Count].Token);

    /// <summary>The addresses from one token to the next: one piece, or two when they wrap (ascending).</summary>
    public IReadOnlyList<Ipv4Range> RangesBetween(Ipv4Address from, Ipv4Address to)
    {
        if (from.Value < to.Value)
        {
            return [new Ipv4Range(from, to)];
        }

        return to == Range.Start
            ? [new Ipv4Range(from, Range.End)]
            : [new Ipv4Range(Range.Start, to), new Ipv4Range(from, Range.End)];
    }

    /// <summary>What <paramref name="peer"/> owns, ascending; pieces that touch stay apart.</summary>
    public IReadOnlyList<Ipv4Range> OwnedBy(PeerName peer)
    {
        List<Ipv4Range> owned = [];
        for (int i = 0; i < _entries.Count; i++)
        {
            if (_entries[i].Peer == peer)
            {
                owned.AddRange(RangesAt(i));
            }
        }

        owned.Sort((a, b) => a.Start.CompareTo(b.Start));
        return owned;
    }

    /// <summary>Number of addresses from one token to the next.</summary>
    public uint Distance(Ipv4Address from, Ipv4Address to) => to.Value > from.Value
        ? to.Value - from.Value
        : Range.End.Value - from.Value + (to.Value - Range.Start.Value);

    /// <summary>Number of addresses of the entry at <paramref name="index"/>.</summary>
    public uint LengthAt(int index) => Distance(_entries[index].Token, _entries[(index + 1) % _entries.Count].Token);

    /// <summary>The entry that holds <paramref name="address"/>. There must be a ring.</summary>
    public int IndexOf(Ipv4Address address)
    {
        int after = FirstAbove(address);
        return after == 0 ? _entries.Count - 1 : after - 1;
    }

    /// <summary>Gives a part of what is ours, none of it in use, to <paramref name="peer"/>.</summary>
    /// <exception cref="InvalidOperationException">Not all of it is ours.</exception>
    public void Grant(Ipv4Range part, PeerName peer)
    {
        RequireOurs(part);
        int first = IndexOf(part.Start);
        uint startFree = Math.Min(Distance(part.Start, Next(first).Token), part.Size);
        if (_entries[first].Token == part.Start)
        {
            Change(first, peer, startFree);
        }
        else
        {
            Change(first, Self, Distance(_entries[first].Token, part.Start));
            first = FirstAbove(part.Start);
            _entries.Insert(first, new RingEntry(part.Start, peer, 0, startFree));
        }

        int at = first + 1;
        for (; at < _entries.Count && _entries[at].Token < part.End; at++)
        {
            Change(at, peer, Math.Min(_entries[at].Free, Distance(_entries[at].Token, part.End)));
        }

        Ipv4Address end = part.End == Range.End ? Range.Start : part.End;
        if (_entries[IndexOf(end)].Token != end)
        {
            uint endFree = Distance(end, _entries[at % _entries.Count].Token);
            _entries.Insert(FirstAbove(end), new RingEntry(end, Self, 0, endFree));
        }
    }

    /// <summary>Makes everything of <paramref name="from"/> the property of <paramref name="to"/>, by decree.</summary>
    /// <param name="from">Who owns it.</param>
    /// <param name="to">Who is to own it.</param>
    /// <param name="stays">Entries with any of this do not change hands.</param>
    /// <returns>What changed hands, ascending; empty when there was nothing.</returns>
    public IReadOnlyList<Ipv4Range> Transfer(PeerName from, PeerName to, Func<Ipv4Range, bool>? stays = null)
    {
        List<Ipv4Range> moved = [];
        for (int i = 0; i < _entries.Count; i++)
        {
            if (_entries[i].Peer == from && (stays is null || !RangesAt(i).Any(stays)))
            {
                moved.AddRange(RangesAt(i));
                _entries[i] = _entries[i] with { Peer = to, Version = _entries[i].Version + TransferVersionStep };
            }
        }

        moved.Sort((a, b) => a.Start.CompareTo(b.Start));
        return moved;
    }

    /// <summary>Tells how many addresses of our entry at <paramref name="index"/> are free.</summary>
    /// <returns>It was another number before; the version went up.</returns>
    public bool ReportFree(int index, uint free)
    {
        RingEntry entry = _entries[index];
        if (entry.Free == free)
        {
            return false;
        }

        _entries[index] = entry with { Free = free, Version = entry.Version + 1 };
        return true;
    }

    /// <summary>
    /// The other owners of <paramref name="range"/>, and how many free addresses each is likely to have there: of an entry
    /// that reaches beyond the range, its free count in proportion, but not nothing. The count may be half a minute old.
    /// </summary>
    /// <param name="range">What is wanted.</param>
    /// <param name="subnet">Of which it is all that is given out: the rest of the subnet is free for ever.</param>
    public IReadOnlyList<(PeerName Peer, uint Free)> Donors(Ipv4Range range, Ipv4Range subnet)
    {
        SortedDictionary<PeerName, uint> free = [];
        for (int i = 0; i < _entries.Count; i++)
        {
            uint within = _entries[i].Peer == Self ? 0 : OverlapAt(i, range);
            if (within > 0)
            {
                uint idle = OverlapAt(i, subnet) - within;
                ulong given = _entries[i].Free - Math.Min(_entries[i].Free, idle);
                ulong share = ((given * within) + LengthAt(i) - 1) / LengthAt(i);
                free[_entries[i].Peer] = free.GetValueOrDefault(_entries[i].Peer) + (uint)share;
            }
        }

        return [.. free.Select(pair => (pair.Key, pair.Value))];
    }

    /// <summary>The first owner, from the lowest token, other than ourselves that <paramref name="suits"/>; unknown when there is none.</summary>
    public PeerName FirstOwner(Func<PeerName, bool> suits) =>
        _entries.Where(entry => entry.Peer != Self && suits(entry.Peer)).Select(entry => entry.Peer).FirstOrDefault();

    private void Divide(uint from, uint to, ReadOnlySpan<PeerName> peers)
    {
        uint share = to - from;
        if (share == 0 || peers.IsEmpty)
        {
            return;
        }

        if (share == 1 || peers.Length == 1)
        {
            _entries.Add(new RingEntry(new Ipv4Address(from), peers[0], 0, share));
            return;
        }

        uint middle = from + (share / 2);
        Divide(from, middle, peers[..(peers.Length / 2)]);
        Divide(middle + (share % 2), to, peers[(peers.Length / 2)..]);
    }

    private void RequireOurs(Ipv4Range part)
    {
        bool ours = !part.IsEmpty && !IsEmpty && part.Start.Value >= Range.Start.Value && part.End.Value <= Range.End.Value;
        int first = ours ? IndexOf(part.Start) : 0;
        for (int i = first; ours && i < _entries.Count && (i == first || _entries[i].Token < part.End); i++)
        {
            ours = _entries[i].Peer == Self;
        }

        if (!ours)
        {
            throw new InvalidOperationException($"{part} is not all ours to give");
        }
    }

    /// <summary>How many addresses of the entry are in <paramref name="range"/>.</summary>
    private uint OverlapAt(int index, Ipv4Range range)
    {
        uint from = _entries[index].Token.Value;
        uint to = Next(index).Token.Value;
        return from < to ? Overlap(from, to, range) : Overlap(from, Range.End.Value, range) + Overlap(Range.Start.Value, to, range);
    }

    private static uint Overlap(uint from, uint to, Ipv4Range range)
    {
        uint start = Math.Max(from, range.Start.Value);
        uint end = Math.Min(to, range.End.Value);
        return end > start ? end - start : 0;
    }

    private RingEntry Next(int index) => _entries[(index + 1) % _entries.Count];

    private void Change(int index, PeerName peer, uint free) =>
        _entries[index] = _entries[index] with { Peer = peer, Free = free, Version = _entries[index].Version + 1 };

    private int FirstAbove(Ipv4Address address)
    {
        int low = 0;
        int high = _entries.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_entries[middle].Token > address)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }
}
