using System.Runtime.CompilerServices;

namespace Weave.Wire.Gob;

/// <summary>
/// Writes a stream of values of the types of a <see cref="GobSchema"/>. Every step is checked against the schema and
/// a wrong one throws <see cref="InvalidOperationException"/>, so a codec cannot send a signed number for an unsigned one, fields out
/// of order, or a wrong count. Reusable: <see cref="Clear"/> starts the next stream. Allocates only to grow.
/// </summary>
/// <remarks>
/// docs/wire/gob.md §3, worked example in src/Weave.Wire/Gob/README.md. The <c>…Field</c> methods leave zero, false and empty
/// values out, as the format demands; a map that is there although empty is written, so nil maps are simply not
/// mentioned. The methods without <c>Field</c> write elements, keys, map values and top-level values, which are never left out.
/// </remarks>
public sealed class GobWriter(GobSchema? schema = null)
{
    private readonly GobBuffer _output = new();
    private Frames _frames;
    private int _depth;
    private int _rootsDefined;
    private int _valueStart;

    /// <summary>The stream so far. Dies with the next write.</summary>
    public ReadOnlySpan<byte> Written => _output.Written;

    public byte[] ToArray() => _output.Written.ToArray();

    public void Clear()
    {
        _output.Clear();
        _depth = 0;
        _rootsDefined = 0;
    }

    /// <summary>Starts a top-level value of the schema's root <paramref name="root"/>, defining types as needed.</summary>
    public void BeginValue(int root = 0)
    {
        if (schema is null)
        {
            throw new InvalidOperationException("values of described types need a schema");
        }

        while (_rootsDefined <= root)
        {
            _output.Raw(schema.Definitions(_rootsDefined++));
        }

        Open(schema.Root(root), schema.IdOf(schema.Root(root)));
    }

    public void EndValue()
    {
        if (_depth != 1 || _frames[0].Remaining != 0)
        {
            throw new InvalidOperationException("the value is not complete");
        }

        _depth = 0;
        _output.InsertLength(_valueStart);
    }

    /// <summary>A whole top-level number.</summary>
    public void UIntValue(ulong value)
    {
        Open(GobType.UInt, (int)GobKind.UInt);
        UInt(value);
        EndValue();
    }

    /// <summary>A whole top-level string.</summary>
    public void StringValue(ReadOnlySpan<char> value)
    {
        Open(GobType.String, (int)GobKind.String);
        String(value);
        EndValue();
    }

    /// <summary>A whole top-level byte slice.</summary>
    public void BytesValue(ReadOnlySpan<byte> value)
    {
        Open(GobType.Bytes, (int)GobKind.Bytes);
        Bytes(value);
        EndValue();
    }

    public void BeginStruct() => Push(Element(GobKind.Struct), 0);

    public void EndStruct()
    {
        if (Top() is not { IsRoot: false, Type.Kind: GobKind.Struct })
        {
            throw new InvalidOperationException("no struct is open");
        }

        _output.Unsigned(0);
        _depth--;
        Completed();
    }

    /// <summary>A slice as element or top-level value; its elements follow. Zero elements complete it.</summary>
    public void Slice(int count)
    {
        GobType type = Element(GobKind.Slice);
        _output.Unsigned((ulong)count);
        Push(type, count);
        Completed();
    }

    /// <summary>A map as element or top-level value; key, value, key, value follow. Zero entries complete it.</summary>
    public void Map(int count)
    {
        GobType type = Element(GobKind.Map);
        _output.Unsigned((ulong)count);
        Push(type, count * 2);
        Completed();
    }

    public void UInt(ulong value)
    {
        Element(GobKind.UInt);
        _output.Unsigned(value);
        Completed();
    }

    public void Int(long value)
    {
        Element(GobKind.Int);
        _output.Signed(value);
        Completed();
    }

    public void Bool(bool value)
    {
        Element(GobKind.Bool);
        _output.Unsigned(value ? 1UL : 0);
        Completed();
    }

    public void String(ReadOnlySpan<char> value)
    {
        Element(GobKind.String);
        _output.String(value);
        Completed();
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Element(GobKind.Bytes);
        _output.Bytes(value);
        Completed();
    }

    public void UIntField(int field, ulong value)
    {
        if (value != 0)
        {
            Field(field, GobKind.UInt);
            _output.Unsigned(value);
        }
    }

    public void IntField(int field, long value)
    {
        if (value != 0)
        {
            Field(field, GobKind.Int);
            _output.Signed(value);
        }
    }

    public void BoolField(int field, bool value)
    {
        if (value)
        {
            Field(field, GobKind.Bool);
            _output.Unsigned(1);
        }
    }

    public void StringField(int field, ReadOnlySpan<char> value)
    {
        if (!value.IsEmpty)
        {
            Field(field, GobKind.String);
            _output.String(value);
        }
    }

    public void BytesField(int field, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            Field(field, GobKind.Bytes);
            _output.Bytes(value);
        }
    }

    /// <summary>A nested struct: written even if all its fields are zero. Leave a nil pointer out by not calling this.</summary>
    public void BeginStructField(int field) => Push(Field(field, GobKind.Struct), 0);

    /// <summary>A slice; exactly <paramref name="count"/> elements follow. Left out when zero.</summary>
    public void SliceField(int field, int count)
    {
        if (count != 0)
        {
            Push(Field(field, GobKind.Slice), count);
            _output.Unsigned((ulong)count);
        }
    }

    /// <summary>A map that is not nil: written even if empty. Exactly <paramref name="count"/> keys and values follow.</summary>
    public void MapField(int field, int count)
    {
        Push(Field(field, GobKind.Map), count * 2);
        _output.Unsigned((ulong)count);
        Completed();
    }

    private void Open(GobType root, int id)
    {
        if (_depth != 0)
        {
            throw new InvalidOperationException("a value is open already");
        }

        _valueStart = _output.Length;
        _output.Signed(id);
        if (root.Kind != GobKind.Struct)
        {
            _output.Unsigned(0);
        }

        Push(root, 1);
        _frames[0].IsRoot = true;
    }

    /// <summary>The type of the element about to be written, after checking that there is room for one of this kind.</summary>
    private GobType Element(GobKind kind)
    {
        ref Frame top = ref Top();
        GobType? type = top switch
        {
            { IsRoot: true } => top.Type,
            { Type.Kind: GobKind.Slice } => top.Type.Element,
            { Type.Kind: GobKind.Map } => top.Remaining % 2 == 0 ? top.Type.Key : top.Type.Element,
            _ => null,
        };
        if (type?.Kind != kind || top.Remaining == 0)
        {
            throw new InvalidOperationException($"{kind} does not go here: {type?.ToString() ?? "a field"} expected");
        }

        top.Remaining--;
        return type;
    }

    private GobType Field(int field, GobKind kind)
    {
        ref Frame top = ref Top();
        GobType? type = top is { IsRoot: false, Type.Kind: GobKind.Struct } ? top.Type.Members[field].Type : null;
        if (type?.Kind != kind || field < top.NextField)
        {
            throw new InvalidOperationException($"{kind} does not go into field {field} of {top.Type}");
        }

        _output.Unsigned((ulong)(field + 1 - top.NextField));
        top.NextField = field + 1;
        return type;
    }

    /// <summary>Closes slices and maps that have got all their elements.</summary>
    private void Completed()
    {
        while (_depth > 0)
        {
            ref Frame top = ref _frames[_depth - 1];
            if (top.IsRoot || top.Type.Kind == GobKind.Struct || top.Remaining > 0)
            {
                return;
            }

            _depth--;
        }
    }

    private ref Frame Top()
    {
        if (_depth == 0)
        {
            throw new InvalidOperationException("no value is open");
        }

        return ref _frames[_depth - 1];
    }

    private void Push(GobType type, int remaining) => _frames[_depth++] = new Frame { Type = type, Remaining = remaining };

    private struct Frame
    {
        public GobType Type;
        public int Remaining;
        public int NextField;
        public bool IsRoot;
    }

    [InlineArray(GobType.MaxDepth + 1)]
    private struct Frames
    {
        private Frame _first;
    }
}
