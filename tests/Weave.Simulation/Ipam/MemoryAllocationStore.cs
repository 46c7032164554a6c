using Weave.Core.Ipam;
using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Simulation.Ipam;

/// <summary>What a simulated host remembers across crashes.</summary>
internal sealed class MemoryAllocationStore(PeerName self) : IAllocationStore
{
    private readonly SortedDictionary<string, OwnedAddresses> _owned = new(StringComparer.Ordinal);
    private RingState? _ring;
    private IReadOnlyList<RangeHold> _holds = [];
    private bool _written;

    public long Commits { get; private set; }

    public bool HasRing => _ring is { Entries.Count: > 0 };

    public AllocationRecord? Load() => _written
        ? new AllocationRecord(self, _ring, new SortedDictionary<string, OwnedAddresses>(_owned, StringComparer.Ordinal), _holds)
        : null;

    public void Wipe()
    {
        _written = false;
        _ring = null;
        _holds = [];
        _owned.Clear();
    }

    /// <summary>Why nothing can be stored; null when it can.</summary>
    public string? Fault { get; set; }

    public string? Commit(AllocationChange change)
    {
        if (Fault is not null)
        {
            return Fault;
        }

        Commits++;
        if (change.StartOver)
        {
            Wipe();
        }

        _written = true;
        _ring = change.Ring ?? _ring;
        _holds = change.Holds ?? _holds;
        foreach ((string ident, OwnedAddresses? owned) in change.Owned)
        {
            if (owned is null)
            {
                _owned.Remove(ident);
            }
            else
            {
                _owned[ident] = owned;
            }
        }

        return null;
    }
}
