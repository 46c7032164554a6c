using System.Runtime.CompilerServices;
using System.Text;

namespace Weave.Wire.Gob;

/// <summary>
/// Reads a stream of values, going by the sender's descriptions: fields are found by name, whatever their order,
/// unknown ones are passed over, absent ones are simply not reported. A view: it owns no memory; a stream that
/// describes no types allocates nothing, one that does allocates its table of types and nothing per value.
/// </summary>
/// <remarks>
/// docs/wire/gob.md §4, worked example in src/Weave.Wire/Gob/README.md. Nothing foreign makes it throw: the first
/// failure is kept in <see cref="Error"/>, from then on every <c>Next…</c> is false and every value zero or empty, so a
/// codec checks once, at the end. What a loop does not read of an element or field is skipped by the next step.
/// </remarks>
public ref struct GobReader
{
    private const int MaxFrames = GobType.MaxDepth;

    private GobCursor _cursor;
    private GobBindings? _bindings;
    private Frames _frames;
    private int _depth;
    private Pending _pending;

    public GobReader(ReadOnlySpan<byte> stream)
    {
        _cursor = new GobCursor(stream);
    }

    /// <summary>Why reading ended early; null when nothing was wrong.</summary>
    public readonly string? Error => _cursor.Error;

    public readonly bool Failed => _cursor.Failed;

    /// <summary>Bytes of the stream after the message being read.</summary>
    public readonly int BytesLeft => _cursor.Bytes.Length - _cursor.End;

    /// <summary>
    /// Goes to the next top-level value, which must fit <paramref name="local"/>. False at the end of the stream and
    /// on failure. Whatever is left of the value before is passed over.
    /// </summary>
    public bool NextValue(GobType local)
    {
        _depth = 0;
        _pending = default;
        while (OpenMessage())
        {
            long id = _cursor.ReadSigned();
            if (id >= 0)
            {
                OpenValue(local, id);
                return !Failed;
            }

            _bindings ??= new GobBindings(new GobTypeTable());
            _bindings.Table.Define(ref _cursor, id == long.MinValue ? long.MaxValue : -id);
        }

        return false;
    }

    /// <summary>Starts on the struct at hand. Go on with <see cref="NextField"/> until it is false.</summary>
    public void EnterStruct() => Enter(GobKind.Struct, 0);

    /// <summary>The next field that the sender set, by its position in our list; false after the last one.</summary>
    public bool NextField(out int field)
    {
        SkipUnread();
        field = -1;
        while (_depth > 0 && !Failed)
        {
            ref Frame frame = ref _frames[_depth - 1];
            ref readonly GobBindings.Binding bound = ref _bindings![frame.Binding];
            ulong delta = _cursor.AtEnd ? 0 : _cursor.ReadUnsigned();
            if (delta == 0)
            {
                _depth--;
                break;
            }

            if (delta > (ulong)(_bindings.Table[bound.Wire].MemberCount - frame.Progress))
            {
                _cursor.Fail(GobErrors.BadField);
                break;
            }

            frame.Progress += (int)delta;
            ref readonly GobBindings.Slot slot = ref _bindings.SlotAt(bound.FirstSlot + frame.Progress - 1);
            if (slot.Field >= 0)
            {
                field = slot.Field;
                _pending = new Pending(bound.Local.Members[field].Type, slot.Wire, slot.Binding);
                return true;
            }

            GobSkipper.Skip(ref _cursor, _bindings.Table, slot.Wire);
        }

        return false;
    }

    /// <summary>
    /// Starts on the slice at hand. Go on with <see cref="NextElement"/> until it is false. Returns a capacity that
    /// is safe to allocate: the true count is the sender's claim and may be far more.
    /// </summary>
    public int EnterSlice() => Enter(GobKind.Slice, 1);

    /// <summary>Goes to the next element of a slice; false after the last one.</summary>
    public bool NextElement()
    {
        SkipUnread();
        if (!TakeOne(out Frame frame))
        {
            return false;
        }

        ref readonly GobBindings.Binding bound = ref _bindings![frame.Binding];
        _pending = new Pending(bound.Local.Element!, (int)_bindings.Table[bound.Wire].Element, bound.Element);
        return true;
    }

    /// <summary>Starts on the map at hand. Go on with <see cref="NextKey"/>; capacity as for <see cref="EnterSlice"/>.</summary>
    public int EnterMap() => Enter(GobKind.Map, 2);

    /// <summary>Goes to the next key of a map; false after the last entry. Read it, then <see cref="MoveToMapValue"/>.</summary>
    public bool NextKey()
    {
        SkipUnread();
        if (!TakeOne(out Frame frame))
        {
            return false;
        }

        ref readonly GobBindings.Binding bound = ref _bindings![frame.Binding];
        _pending = new Pending(bound.Local.Key!, (int)_bindings.Table[bound.Wire].Key, bound.Key);
        return true;
    }

    /// <summary>Goes from a key to its value.</summary>
    public void MoveToMapValue()
    {
        SkipUnread();
        if (Failed)
        {
            return;
        }

        ref readonly GobBindings.Binding bound = ref _bindings![_frames[_depth - 1].Binding];
        _pending = new Pending(bound.Local.Element!, (int)_bindings.Table[bound.Wire].Element, bound.Element);
    }

    /// <summary>Passes over the value at hand, checking that it is well-formed.</summary>
    public void Skip() => SkipUnread();

    public ulong UInt64() => Take(GobKind.UInt) ? _cursor.ReadUnsigned() : 0;

    /// <summary>An unsigned number that must fit 32 bits, as at original peers.</summary>
    public uint UInt32() => (uint)UnsignedUpTo(uint.MaxValue);

    /// <summary>An unsigned number that must fit 16 bits, as at original peers.</summary>
    public ushort UInt16() => (ushort)UnsignedUpTo(ushort.MaxValue);

    public long Int64() => Take(GobKind.Int) ? _cursor.ReadSigned() : 0;

    public bool Bool() => Take(GobKind.Bool) && _cursor.ReadUnsigned() != 0;

    /// <summary>A view of the stream; copy what is to be kept.</summary>
    public ReadOnlySpan<byte> Bytes() => Take(GobKind.Bytes) ? _cursor.ReadBytes() : default;

    /// <summary>The bytes of a string, unchecked: a view of the stream.</summary>
    public ReadOnlySpan<byte> Utf8() => Take(GobKind.String) ? _cursor.ReadBytes() : default;

    /// <summary>A string; bytes that are not UTF-8 become U+FFFD.</summary>
    public string String()
    {
        ReadOnlySpan<byte> utf8 = Utf8();
        return utf8.IsEmpty ? "" : Encoding.UTF8.GetString(utf8);
    }

    /// <summary>Gives up with a reason of the codec's own (a value that cannot be right).</summary>
    public void Fail(string reason) => _cursor.Fail(reason);

    private ulong UnsignedUpTo(ulong max)
    {
        ulong value = UInt64();
        if (value <= max)
        {
            return value;
        }

        _cursor.Fail(GobErrors.OutOfRange);
        return 0;
    }

    private bool OpenMessage()
    {
        if (Failed)
        {
            return false;
        }

        _cursor.Position = _cursor.End;
        _cursor.End = _cursor.Bytes.Length;
        if (_cursor.AtEnd)
        {
            return false;
        }

        int size = _cursor.ReadCount(1);
        if (size == 0)
        {
            _cursor.Fail(GobErrors.BadValue);
        }

        _cursor.End = Failed ? _cursor.End : _cursor.Position + size;
        return !Failed;
    }

    private void OpenValue(GobType local, long id)
    {
        int wire = _bindings is null
            ? GobTypeTable.ResolveBuiltIn(ref _cursor, id)
            : _bindings.Table.Resolve(ref _cursor, id);
        if (local.IsComposite && _bindings is null)
        {
            _cursor.Fail(GobErrors.WrongType); // nothing but plain values has been described
        }

        int binding = GobBindings.None;
        if (_bindings is not null)
        {
            binding = _bindings.Bind(ref _cursor, local, wire);
        }
        else if (wire != -(int)local.Kind)
        {
            _cursor.Fail(GobErrors.WrongType);
        }

        if (Failed)
        {
            return;
        }

        if (local.Kind != GobKind.Struct)
        {
            if (_cursor.ReadUnsigned() != 0)
            {
                _cursor.Fail(GobErrors.BadValue);
            }
        }
        else if (_bindings!.MatchesNothing(binding))
        {
            _cursor.Fail(GobErrors.NoFieldMatches);
        }

        _pending = new Pending(local, wire, binding);
    }

    private int Enter(GobKind kind, int bytesEach)
    {
        int binding = _pending.Binding;
        if (!Take(kind))
        {
            return 0;
        }

        // Types of ours cannot contain themselves and say how deep they go, so there is always a frame left.
        int count = bytesEach == 0 ? 0 : _cursor.ReadCount(bytesEach);
        _frames[_depth++] = new Frame { Binding = binding, Progress = count };
        return Math.Min(count, 1024);
    }

    private bool TakeOne(out Frame frame)
    {
        frame = default;
        if (Failed || _depth == 0)
        {
            return false;
        }

        ref Frame top = ref _frames[_depth - 1];
        if (top.Progress == 0)
        {
            _depth--;
            return false;
        }

        top.Progress--;
        frame = top;
        return true;
    }

    /// <summary>True when the value at hand may be read now. Reading as another kind than declared is a bug of the codec.</summary>
    private bool Take(GobKind kind)
    {
        if (Failed)
        {
            return false;
        }

        if (_pending.Local is null)
        {
            _cursor.Fail(GobErrors.Truncated); // the stream ended before this value
            return false;
        }

        if (_pending.Local.Kind != kind)
        {
            ThrowMisuse(kind, _pending.Local);
        }

        _pending = default;
        return true;
    }

    private void SkipUnread()
    {
        if (_pending.Local is not null && !Failed)
        {
            GobSkipper.Skip(ref _cursor, _bindings?.Table, _pending.Wire);
        }

        _pending = default;
    }

    private static void ThrowMisuse(GobKind kind, GobType local) =>
        throw new InvalidOperationException($"the codec reads {kind} where it declared {local}");

    /// <summary>A value that has been announced and not read yet.</summary>
    private readonly record struct Pending(GobType? Local, int Wire, int Binding);

    /// <summary>A composite being read. Progress: number of the last field of a struct; what is left of others.</summary>
    private struct Frame
    {
        public int Binding;
        public int Progress;
    }

    [InlineArray(MaxFrames)]
    private struct Frames
    {
        private Frame _first;
    }
}
