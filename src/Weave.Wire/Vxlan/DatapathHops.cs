using System.Buffers.Binary;
using Weave.Wire.Primitives;

namespace Weave.Wire.Vxlan;

/// <summary>What happens with frames that one peer flooded.</summary>
/// <param name="Upstream">Only copies from this neighbour are passed on; null to pass on any.</param>
/// <param name="Hops">The neighbours that get a copy.</param>
/// <remarks>
/// Map <c>weave_hops</c>, bpf/maps.h, host order: count (2) | upstream, 65535 for any (2) | hops (2 each, 1024 places).
/// A sequence compares by its items.
/// </remarks>
public sealed record DatapathHops(ShortId? Upstream, IReadOnlyList<ShortId> Hops)
{
    /// <summary>The programs copy to no more; further hops are left out.</summary>
    public const int MaxHops = 1024;

    public const int Size = HeadSize + (MaxHops * sizeof(ushort));

    private const int HeadSize = 2 * sizeof(ushort);
    private const ushort Any = 0xffff;

    public static DatapathHops Read(ReadOnlySpan<byte> raw)
    {
        ShortId[] hops = new ShortId[Math.Min((int)BinaryPrimitives.ReadUInt16LittleEndian(raw), MaxHops)];
        for (int i = 0; i < hops.Length; i++)
        {
            hops[i] = new ShortId(BinaryPrimitives.ReadUInt16LittleEndian(raw[Offset(i)..]));
        }

        ushort upstream = BinaryPrimitives.ReadUInt16LittleEndian(raw[sizeof(ushort)..]);
        return new DatapathHops(upstream == Any ? null : new ShortId(upstream), hops);
    }

    public void Write(Span<byte> raw)
    {
        raw.Clear();
        int count = Math.Min(Hops.Count, MaxHops);
        BinaryPrimitives.WriteUInt16LittleEndian(raw, (ushort)count);
        BinaryPrimitives.WriteUInt16LittleEndian(raw[sizeof(ushort)..], Upstream?.Value ?? Any);
        for (int i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(raw[Offset(i)..], Hops[i].Value);
        }
    }

    public bool Equals(DatapathHops? other) => other is not null && Upstream == other.Upstream && Hops.SequenceEqual(other.Hops);

    public override int GetHashCode() => HashCode.Combine(Upstream, Hops.Count);

    public override string ToString() => string.Join(' ', Hops);

    private static int Offset(int index) => HeadSize + (index * sizeof(ushort));
}
