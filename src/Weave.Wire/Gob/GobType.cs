namespace Weave.Wire.Gob;

/// <summary>
/// A type as we know it: what a codec writes, and what it expects to find by name in what others write. Immutable;
/// declared once in a static field of the codec.
/// </summary>
/// <remarks>docs/wire/gob.md §3. A type cannot contain itself, so nesting is bounded by what is declared.</remarks>
public sealed class GobType
{
    /// <summary>Deepest nesting that a reader or writer keeps track of.</summary>
    public const int MaxDepth = 12;

    public static readonly GobType Bool = new(GobKind.Bool, "bool", 0);
    public static readonly GobType Int = new(GobKind.Int, "int", 0);
    public static readonly GobType UInt = new(GobKind.UInt, "uint", 0);
    public static readonly GobType Bytes = new(GobKind.Bytes, "bytes", 0);
    public static readonly GobType String = new(GobKind.String, "string", 0);

    private GobType(GobKind kind, string name, int depth)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(depth, MaxDepth);
        Kind = kind;
        Name = name;
        Depth = depth;
    }

    public GobKind Kind { get; }

    /// <summary>For people; peers ignore it.</summary>
    public string Name { get; }

    /// <summary>Fields of a struct; empty otherwise.</summary>
    public IReadOnlyList<GobField> Fields => Members;

    /// <summary>Elements of a slice, values of a map; null otherwise.</summary>
    public GobType? Element { get; private init; }

    /// <summary>Keys of a map; null otherwise.</summary>
    public GobType? Key { get; private init; }

    internal GobField[] Members { get; private init; } = [];

    /// <summary>Number of composite types on the longest way down, this one included.</summary>
    internal int Depth { get; }

    internal bool IsComposite => Kind >= GobKind.Slice;

    public static GobType Struct(string name, params GobField[] fields) =>
        new(GobKind.Struct, name, 1 + fields.Max(field => field.Type.Depth)) { Members = fields };

    /// <param name="element">What it holds.</param>
    /// <param name="name">Informational; original peers leave it empty unless the type has a name of its own.</param>
    public static GobType SliceOf(GobType element, string name = "") =>
        new(GobKind.Slice, name, 1 + element.Depth) { Element = element };

    /// <param name="key">Keys.</param>
    /// <param name="element">Values.</param>
    /// <param name="name">Informational; original peers leave it empty unless the type has a name of its own.</param>
    public static GobType MapOf(GobType key, GobType element, string name = "") =>
        new(GobKind.Map, name, 1 + Math.Max(key.Depth, element.Depth)) { Key = key, Element = element };

    public override string ToString() => Name.Length > 0 ? Name : Kind.ToString();
}
