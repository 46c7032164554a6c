using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>Our own addresses: which are in use and which are free.</summary>
/// <remarks>docs/wire/ipam.md §6. Every address is in at most one of the two sets.</remarks>
public sealed class Space
{
    private readonly AddressSet _used = new();
    private readonly AddressSet _free = new();
    private readonly AddressSet _held = new();

    public uint UsedCount => _used.Count;

    public uint FreeCount => _free.Count;

    public AddressSet Used => _used;

    public AddressSet Free => _free;

    /// <summary>More free addresses.</summary>
    public void Add(Ipv4Range range) => _free.Add(range);

    public void Clear()
    {
        _used.Clear();
        _free.Clear();
        _held.Clear();
    }

    /// <summary>Takes the lowest free address in <paramref name="range"/>.</summary>
    public bool TryAllocate(Ipv4Range range, out Ipv4Address address)
    {
        if (!_free.TryFirstIn(range, out address))
        {
            return false;
        }

        Take(address);
        return true;
    }

    /// <summary>Takes one certain address; false when it is not free.</summary>
    public bool TryClaim(Ipv4Address address)
    {
        if (!_free.Contains(address))
        {
            return false;
        }

        Take(address);
        return true;
    }

    /// <summary>Takes an address that is in use as a matter of fact, held or not; false when it is not ours or taken already.</summary>
    public bool TryTake(Ipv4Address address)
    {
        bool held = _held.Contains(address) && !_used.Contains(address);
        if (held)
        {
            _used.Add(address);
        }

        return held || TryClaim(address);
    }

    /// <summary>Gives an address back; false when it is not in use.</summary>
    public bool TryFree(Ipv4Address address)
    {
        if (!_used.Contains(address))
        {
            return false;
        }

        _used.Remove(address);
        if (!_held.Contains(address))
        {
            _free.Add(address);
        }

        return true;
    }

    /// <summary>
    /// Gives away part of what is free in <paramref name="range"/>: the largest aligned block (the later of equals), or
    /// its upper half when it is more than half of what is free there.
    /// </summary>
    public bool TryDonate(Ipv4Range range, out Ipv4Range donated)
    {
        donated = LargestFreeBlock(range);
        if (donated.IsEmpty)
        {
            return false;
        }

        if (donated.Size > _free.CountIn(range) / 2)
        {
            donated = new Ipv4Range(donated.Start.Value + (donated.Size / 2), donated.End.Value);
        }

        _free.Remove(donated);
        return true;
    }

    /// <summary>Makes exactly <paramref name="owned"/> ours: what is new is free, unless it is <paramref name="held"/>.</summary>
    /// <returns>Addresses in use that are ours no longer.</returns>
    public IReadOnlyList<Ipv4Address> Own(IReadOnlyList<Ipv4Range> owned, IEnumerable<Ipv4Range> held)
    {
        AddressSet lost = AddressSet.Of(_used.Runs);
        _free.Clear();
        foreach (Ipv4Range range in owned)
        {
            lost.Remove(range);
            _free.Add(range);
        }

        foreach (Ipv4Range run in _used.Runs)
        {
            _free.Remove(run);
        }

        foreach (Ipv4Range run in lost.Runs)
        {
            _used.Remove(run);
        }

        _held.Clear();
        foreach (Ipv4Range range in held)
        {
            _held.Add(range);
            _free.Remove(range);
        }

        return [.. lost.Runs.SelectMany(Each)];
    }

    private static IEnumerable<Ipv4Address> Each(Ipv4Range range)
    {
        for (uint at = range.Start.Value; at < range.End.Value; at++)
        {
            yield return new Ipv4Address(at);
        }
    }

    private void Take(Ipv4Address address)
    {
        _free.Remove(address);
        _used.Add(address);
    }

    private Ipv4Range LargestFreeBlock(Ipv4Range range)
    {
        Ipv4Range largest = default;
        foreach (Ipv4Range run in _free.RunsIn(range))
        {
            Ipv4Range block = run.Size >= largest.Size ? run.LargestBlock() : default;
            if (!block.IsEmpty && block.Size >= largest.Size)
            {
                largest = block;
            }
        }

        return largest;
    }
}
