using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>
/// The original's merge, step for step: what it takes and what it refuses. Walks both copies by token.
/// </summary>
/// <remarks>docs/wire/ipam.md §3. Used once and thrown away; changes nothing.</remarks>
internal sealed class RingMerge(Ring ours, Func<Ipv4Range, bool> inUse)
{
    private readonly List<RingEntry> _result = [];
    private bool _updated;

    // The owner of the entry of ours that was kept just before; unknown after one of theirs was taken.
    private PeerName _keptBefore;

    internal RingMergeResult Run(RingState incoming)
    {
        if (RingCheck.FirstFault(incoming.Entries, incoming.Range) is { } unsound)
        {
            return RingMergeResult.Failed(RingFault.Unsound, unsound);
        }

        if (incoming.Seeds.Count > 0 && ours.Seeds.Count > 0 && !incoming.Seeds.SequenceEqual(ours.Seeds))
        {
            return RingMergeResult.Failed(RingFault.DifferentSeeds, "Received ring was seeded differently from ours");
        }

        if (incoming.Range != ours.Range)
        {
            return RingMergeResult.Failed(RingFault.DifferentRange, "Received range differs from ours");
        }

        return Walk(incoming.Entries) is { } conflict ? RingMergeResult.Failed(RingFault.Conflict, conflict) : Finish();
    }

    private string? Walk(IReadOnlyList<RingEntry> theirs)
    {
        IReadOnlyList<RingEntry> mine = ours.Entries;
        int i = 0;
        int j = 0;
        string? conflict = null;
        while (conflict is null && i < mine.Count && j < theirs.Count)
        {
            int order = mine[i].Token.CompareTo(theirs[j].Token);
            if (order < 0)
            {
                Keep(mine[i++]);
            }
            else if (order > 0)
            {
                conflict = Insert(theirs[j++], upTo: mine[i].Token);
            }
            else
            {
                conflict = MergeSame(mine[i], theirs[j++], mine[(i + 1) % mine.Count].Token);
                i++;
            }
        }

        _result.AddRange(mine.Skip(i));
        for (; conflict is null && j < theirs.Count; j++)
        {
            conflict = Append(theirs[j]);
        }

        return conflict;
    }

    private string? Insert(RingEntry theirs, Ipv4Address upTo)
    {
        if (SplitsOurs(theirs) && InUse(theirs.Token, upTo))
        {
            return InMyRange(theirs);
        }

        Take(theirs);
        return null;
    }

    // After our last token the original refuses even what is not in use.
    private string? Append(RingEntry theirs)
    {
        if (SplitsOurs(theirs))
        {
            return InMyRange(theirs);
        }

        Take(theirs);
        return null;
    }

    private string? MergeSame(RingEntry mine, RingEntry theirs, Ipv4Address next)
    {
        if (mine.Version > theirs.Version || (mine.Version == theirs.Version && mine.Peer == theirs.Peer))
        {
            Keep(mine);
            return null;
        }

        return mine.Version == theirs.Version ? MergeEqual(mine, theirs, next) : MergeNewer(mine, theirs, next);
    }

    private string? MergeEqual(RingEntry mine, RingEntry theirs, Ipv4Address next)
    {
        if (mine.Peer == ours.Self && InUse(mine.Token, next))
        {
            return $"Inconsistent entries for {mine.Token}: owned by {mine.Peer} but incoming message says {theirs.Peer}";
        }

        if (mine.Free >= theirs.Free)
        {
            Keep(mine);
        }
        else
        {
            Take(theirs);
        }

        return null;
    }

    private string? MergeNewer(RingEntry mine, RingEntry theirs, Ipv4Address next)
    {
        if (mine.Peer == ours.Self && theirs.Peer == ours.Self)
        {
            _result.Add(mine with { Version = Math.Max(theirs.Version, unchecked(theirs.Version + 1)) }); // our data stands, above what is told of it
            return null;
        }

        if (mine.Peer == ours.Self && InUse(mine.Token, next))
        {
            return $"Received update for IP range I own at {mine.Token} v{mine.Version}: incoming message says owner {theirs.Peer} v{theirs.Version}";
        }

        Take(theirs);
        return null;
    }

    private RingMergeResult Finish()
    {
        for (int i = 0; i < _result.Count; i++)
        {
            uint length = ours.Distance(_result[i].Token, _result[(i + 1) % _result.Count].Token);
            if (_result[i].Peer == ours.Self && _result[i].Free > length)
            {
                _result[i] = _result[i] with { Free = length };
            }
        }

        return RingCheck.FirstFault(_result, ours.Range) is { } fault
            ? RingMergeResult.Failed(RingFault.Conflict, $"Merge of incoming data causes: {fault}")
            : RingMergeResult.Merged(_result, _updated);
    }

    private bool SplitsOurs(RingEntry theirs) => _keptBefore == ours.Self && theirs.Peer != ours.Self && !ours.Self.IsUnknown;

    private bool InUse(Ipv4Address from, Ipv4Address to) => ours.RangesBetween(from, to).Any(inUse);

    private static string InMyRange(RingEntry theirs) =>
        $"Peer {theirs.Peer} says it owns the IP range from {theirs.Token}, which I think I own";

    private void Keep(RingEntry entry)
    {
        _result.Add(entry);
        _keptBefore = entry.Peer;
    }

    private void Take(RingEntry entry)
    {
        _result.Add(entry);
        _updated = true;
        _keptBefore = PeerName.Unknown;
    }
}
