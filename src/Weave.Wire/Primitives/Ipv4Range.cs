using System.Numerics;

namespace Weave.Wire.Primitives;

/// <summary>Consecutive IPv4 addresses: <paramref name="Start"/> inclusive to <paramref name="End"/> exclusive.</summary>
/// <remarks>
/// An end of 2^32 does not fit, on the wire neither: ranges that reach 255.255.255.255 wrap and count as empty or
/// reversed, so they overlap and contain nothing.
/// </remarks>
public readonly record struct Ipv4Range(Ipv4Address Start, Ipv4Address End)
{
    public Ipv4Range(uint start, uint end)
        : this(new Ipv4Address(start), new Ipv4Address(end))
    {
    }

    public uint Size => End.Value - Start.Value;

    public bool IsEmpty => Start.Value >= End.Value;

    public bool Contains(Ipv4Address address) => address.Value >= Start.Value && address.Value < End.Value;

    public bool Overlaps(Ipv4Range other) => Start.Value < other.End.Value && other.Start.Value < End.Value;

    /// <summary>All addresses of the prefix, counted from the address itself: host bits are not cleared.</summary>
    public static Ipv4Range Of(Ipv4Cidr cidr) => new(cidr.Address.Value, cidr.Address.Value + SizeOf(cidr));

    /// <summary>The addresses that may be given out in the subnet: all but the first and the last.</summary>
    public static Ipv4Range HostsOf(Ipv4Cidr subnet)
    {
        uint first = subnet.Address.Value + 1;
        return new Ipv4Range(first, first + SizeOf(subnet) - 2);
    }

    /// <summary>The largest aligned power-of-two block; of several, the first. Empty in an empty range.</summary>
    public Ipv4Range LargestBlock()
    {
        if (IsEmpty)
        {
            return default;
        }

        uint size = 1U << BitOperations.Log2(Size);
        return BlockOf(size) ?? BlockOf(size / 2) ?? default;
    }

    /// <summary>The fewest CIDR blocks that cover exactly this range, in ascending order.</summary>
    public IEnumerable<Ipv4Cidr> Cover()
    {
        ulong at = Start.Value;
        while (at < End.Value)
        {
            int aligned = at == 0 ? 32 : BitOperations.TrailingZeroCount(at);
            int fitting = BitOperations.Log2(End.Value - at);
            int bits = Math.Min(aligned, fitting);
            yield return new Ipv4Cidr(new Ipv4Address((uint)at), 32 - bits);
            at += 1UL << bits;
        }
    }

    /// <summary>As a CIDR when the size is a power of two, else <c>first-last</c>.</summary>
    public string ToCidrText() => Size == 0 || BitOperations.IsPow2(Size)
        ? new Ipv4Cidr(Start, 32 - BitOperations.Log2(Size)).ToString()
        : ToString();

    /// <summary><c>first-last</c>, both inclusive.</summary>
    public override string ToString() => $"{Start}-{new Ipv4Address(End.Value - 1)}";

    private static uint SizeOf(Ipv4Cidr cidr) => unchecked((uint)cidr.Size);

    private Ipv4Range? BlockOf(uint size)
    {
        ulong start = ((ulong)Start.Value + size - 1) & ~((ulong)size - 1);
        return size > 0 && start + size <= End.Value ? new Ipv4Range((uint)start, (uint)start + size) : null;
    }
}
