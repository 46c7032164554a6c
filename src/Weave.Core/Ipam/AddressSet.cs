using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>A set of addresses, kept as sorted boundaries: even ones begin a run, odd ones end it.</summary>
public sealed class AddressSet
{
    private readonly List<uint> _bounds = [];

    /// <summary>Number of addresses.</summary>
    public uint Count { get; private set; }

    /// <summary>The runs, ascending; neighbouring runs never touch.</summary>
    public IEnumerable<Ipv4Range> Runs
    {
        get
        {
            for (int i = 0; i < _bounds.Count; i += 2)
            {
                yield return new Ipv4Range(_bounds[i], _bounds[i + 1]);
            }
        }
    }

    public static AddressSet Of(IEnumerable<Ipv4Range> ranges)
    {
        AddressSet set = new();
        foreach (Ipv4Range range in ranges)
        {
            set.Add(range);
        }

        return set;
    }

    public bool Contains(Ipv4Address address) => (FirstAbove(address.Value) & 1) != 0;

    public void Add(Ipv4Range range) => Splice(range, edge: 0);

    public void Remove(Ipv4Range range) => Splice(range, edge: 1);

    public void Add(Ipv4Address address) => Add(new Ipv4Range(address.Value, address.Value + 1));

    public void Remove(Ipv4Address address) => Remove(new Ipv4Range(address.Value, address.Value + 1));

    public void Clear()
    {
        _bounds.Clear();
        Count = 0;
    }

    /// <summary>How many members lie in <paramref name="range"/>.</summary>
    public uint CountIn(Ipv4Range range)
    {
        uint count = 0;
        for (int i = range.IsEmpty ? _bounds.Count : FirstAbove(range.Start.Value) & ~1;
            i < _bounds.Count && _bounds[i] < range.End.Value;
            i += 2)
        {
            count += Math.Min(_bounds[i + 1], range.End.Value) - Math.Max(_bounds[i], range.Start.Value);
        }

        return count;
    }

    public bool Intersects(Ipv4Range range)
    {
        if (range.IsEmpty)
        {
            return false;
        }

        int i = FirstAbove(range.Start.Value);
        return (i & 1) != 0 || (i < _bounds.Count && _bounds[i] < range.End.Value);
    }

    /// <summary>The lowest member in <paramref name="range"/>.</summary>
    public bool TryFirstIn(Ipv4Range range, out Ipv4Address address)
    {
        address = range.Start;
        if (range.IsEmpty)
        {
            return false;
        }

        int i = FirstAbove(range.Start.Value);
        if ((i & 1) != 0)
        {
            return true;
        }

        if (i == _bounds.Count || _bounds[i] >= range.End.Value)
        {
            return false;
        }

        address = new Ipv4Address(_bounds[i]);
        return true;
    }

    /// <summary>The runs cut to <paramref name="range"/>, ascending.</summary>
    public IEnumerable<Ipv4Range> RunsIn(Ipv4Range range)
    {
        if (range.IsEmpty)
        {
            yield break;
        }

        for (int i = FirstAbove(range.Start.Value) & ~1; i < _bounds.Count && _bounds[i] < range.End.Value; i += 2)
        {
            yield return new Ipv4Range(
                Math.Max(_bounds[i], range.Start.Value), Math.Min(_bounds[i + 1], range.End.Value));
        }
    }

    /// <summary>Sets (edge 0) or clears (edge 1) the range: its ends become boundaries where they lie outside, or inside, a run.</summary>
    private void Splice(Ipv4Range range, int edge)
    {
        if (range.IsEmpty)
        {
            return;
        }

        uint before = CountIn(range);
        int from = FirstAtLeast(range.Start.Value);
        int to = FirstAbove(range.End.Value);
        bool opens = (from & 1) == edge;
        bool closes = (to & 1) == edge;
        _bounds.RemoveRange(from, to - from);
        if (closes)
        {
            _bounds.Insert(from, range.End.Value);
        }

        if (opens)
        {
            _bounds.Insert(from, range.Start.Value);
        }

        Count = edge == 0 ? Count + (range.Size - before) : Count - before;
    }

    private int FirstAbove(uint value)
    {
        int at = _bounds.BinarySearch(value);
        return at < 0 ? ~at : at + 1;
    }

    private int FirstAtLeast(uint value)
    {
        int at = _bounds.BinarySearch(value);
        return at < 0 ? ~at : at;
    }
}
