namespace Weave.Wire.Primitives;

/// <summary>12-bit handle of a peer, used in place of its name by the fast datapath. Zero is a valid id.</summary>
/// <remarks>docs/wire/mesh.md §1.9, docs/wire/vxlan.md §1.</remarks>
public readonly record struct ShortId(ushort Value) : IComparable<ShortId>
{
    public const int Bits = 12;
    public const int Count = 1 << Bits;

    public int CompareTo(ShortId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
