namespace Weave.Wire.Gob;

/// <summary>
/// The types that a writer sends, with their ids and their descriptions ready as bytes. Immutable; one static field
/// per kind of stream. Ids start at 65 and follow the order of first mention, so bytes are the same in every process.
/// </summary>
/// <remarks>docs/wire/gob.md §3. A stream may hold values of several types (roots), each defined before its first value.</remarks>
public sealed class GobSchema
{
    private const int FirstId = 65;

    private readonly GobType[] _roots;
    private readonly byte[][] _definitions;
    private readonly List<GobType> _types = [];

    public GobSchema(params GobType[] roots)
    {
        _roots = roots;
        _definitions = Array.ConvertAll(roots, DefineRoot);
    }

    /// <summary>The type of values written as root <paramref name="index"/>.</summary>
    public GobType Root(int index) => _roots[index];

    /// <summary>Messages that define what root <paramref name="index"/> needs beyond the roots before it.</summary>
    internal ReadOnlySpan<byte> Definitions(int index) => _definitions[index];

    /// <summary>The id under which values of a type travel.</summary>
    internal int IdOf(GobType type)
    {
        if (!type.IsComposite)
        {
            return (int)type.Kind;
        }

        int index = _types.FindIndex(known => ReferenceEquals(known, type));
        return index < 0 ? throw new InvalidOperationException($"{type} is not part of the schema") : FirstId + index;
    }

    private byte[] DefineRoot(GobType root)
    {
        int before = _types.Count;
        Number(root);
        GobBuffer output = new();
        foreach (GobType type in _types.Skip(before))
        {
            int start = output.Length;
            Define(output, type);
            output.InsertLength(start);
        }

        return output.Written.ToArray();
    }

    /// <summary>A type, then depth first what it is made of.</summary>
    private void Number(GobType type)
    {
        if (!type.IsComposite || _types.Exists(known => ReferenceEquals(known, type)))
        {
            return;
        }

        _types.Add(type);
        foreach (GobField field in type.Members)
        {
            Number(field.Type);
        }

        if (type.Key is not null)
        {
            Number(type.Key);
        }

        if (type.Element is not null)
        {
            Number(type.Element);
        }
    }

    /// <summary>-id, then a struct with one field set: 2 slice, 3 struct, 4 map.</summary>
    private void Define(GobBuffer output, GobType type)
    {
        output.Signed(-IdOf(type));
        output.Unsigned(type.Kind switch { GobKind.Slice => 2, GobKind.Struct => 3, _ => 4 });
        output.Unsigned(1);
        DefineNamed(output, type.Name, IdOf(type));
        switch (type.Kind)
        {
            case GobKind.Struct:
                DefineFields(output, type);
                break;
            case GobKind.Map:
                DefinePart(output, type.Key!);
                goto default;
            default:
                DefinePart(output, type.Element!);
                break;
        }

        output.Unsigned(0);
        output.Unsigned(0);
    }

    private void DefineFields(GobBuffer output, GobType type)
    {
        output.Unsigned(1);
        output.Unsigned((ulong)type.Members.Length);
        foreach (GobField field in type.Members)
        {
            DefineNamed(output, field.Name, IdOf(field.Type));
        }
    }

    private void DefinePart(GobBuffer output, GobType part)
    {
        output.Unsigned(1);
        output.Signed(IdOf(part));
    }

    /// <summary>A name (left out when empty) and an id: the common part of a type, or a field.</summary>
    private static void DefineNamed(GobBuffer output, string name, int id)
    {
        if (name.Length > 0)
        {
            output.Unsigned(1);
            output.String(name);
        }

        output.Unsigned(name.Length > 0 ? 1UL : 2UL);
        output.Signed(id);
        output.Unsigned(0);
    }
}
