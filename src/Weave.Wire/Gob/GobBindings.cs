namespace Weave.Wire.Gob;

/// <summary>
/// Which field of ours each field of a sender's struct is. Worked out once per pair of types and stream; whatever
/// does not fit is found here, before any value is read, as original peers find it.
/// </summary>
/// <remarks>docs/wire/gob.md §4.</remarks>
internal sealed class GobBindings(GobTypeTable table)
{
    /// <summary>Stands for a value that needs no binding: a plain one, or one to be skipped.</summary>
    public const int None = -1;

    private Binding[] _bindings = new Binding[8];
    private Slot[] _slots = new Slot[32];
    private int _bindingCount;
    private int _slotCount;

    public GobTypeTable Table => table;

    public ref readonly Binding this[int index] => ref _bindings[index];

    public ref readonly Slot SlotAt(int index) => ref _slots[index];

    /// <summary>Binds a sender's type (a reference) to ours. A failure when they do not fit at any depth.</summary>
    public int Bind(ref GobCursor cursor, GobType local, int wire)
    {
        if (!local.IsComposite || cursor.Failed)
        {
            if (wire != -(int)local.Kind)
            {
                cursor.Fail(GobErrors.WrongType);
            }

            return None;
        }

        if (wire < 0 || !SameShape(local.Kind, table[wire].Shape))
        {
            cursor.Fail(GobErrors.WrongType);
            return None;
        }

        int known = Find(local, wire);
        return known >= 0 ? known : Add(ref cursor, local, wire);
    }

    /// <summary>No field of ours is among the sender's, although there are some.</summary>
    public bool MatchesNothing(int binding)
    {
        ref readonly Binding bound = ref _bindings[binding];
        int count = table[bound.Wire].MemberCount;
        for (int i = 0; i < count; i++)
        {
            if (_slots[bound.FirstSlot + i].Field >= 0)
            {
                return false;
            }
        }

        return count > 0;
    }

    private static bool SameShape(GobKind kind, GobTypeTable.Shape shape) => (kind, shape) switch
    {
        (GobKind.Struct, GobTypeTable.Shape.Struct) => true,
        (GobKind.Slice, GobTypeTable.Shape.Slice) => true,
        (GobKind.Map, GobTypeTable.Shape.Map) => true,
        _ => false,
    };

    private int Find(GobType local, int wire)
    {
        for (int i = 0; i < _bindingCount; i++)
        {
            if (_bindings[i].Wire == wire && ReferenceEquals(_bindings[i].Local, local))
            {
                return i;
            }
        }

        return -1;
    }

    private int Add(ref GobCursor cursor, GobType local, int wire)
    {
        Binding bound = new() { Local = local, Wire = wire, Key = None, Element = None };
        ref readonly GobTypeTable.Definition type = ref table[wire];
        switch (local.Kind)
        {
            case GobKind.Struct:
                bound.FirstSlot = BindFields(ref cursor, local, type);
                break;
            case GobKind.Map:
                bound.Key = Bind(ref cursor, local.Key!, (int)type.Key);
                goto default;
            default:
                bound.Element = Bind(ref cursor, local.Element!, (int)type.Element);
                break;
        }

        if (_bindingCount == _bindings.Length)
        {
            Array.Resize(ref _bindings, _bindingCount * 2);
        }

        _bindings[_bindingCount] = bound;
        return _bindingCount++;
    }

    private int BindFields(ref GobCursor cursor, GobType local, in GobTypeTable.Definition type)
    {
        int first = _slotCount;
        _slotCount += type.MemberCount;
        if (_slotCount > _slots.Length)
        {
            Array.Resize(ref _slots, Math.Max(_slotCount, _slots.Length * 2));
        }

        for (int i = 0; i < type.MemberCount; i++)
        {
            ref readonly GobTypeTable.Member member = ref table.MemberAt(type.FirstMember + i);
            int field = FindField(local, cursor.Bytes.Slice(member.NameStart, member.NameLength));
            int binding = field < 0 ? None : Bind(ref cursor, local.Members[field].Type, (int)member.Type);
            _slots[first + i] = new Slot { Field = field, Wire = (int)member.Type, Binding = binding };
        }

        return first;
    }

    private static int FindField(GobType local, ReadOnlySpan<byte> name)
    {
        GobField[] fields = local.Members;
        for (int i = 0; i < fields.Length; i++)
        {
            if (name.SequenceEqual(fields[i].Utf8Name))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>A composite type of ours with the sender's that fits it.</summary>
    internal struct Binding
    {
        public GobType Local;
        public int Wire;
        public int FirstSlot;
        public int Key;
        public int Element;
    }

    /// <summary>One field of the sender's: ours (or -1), its type as a reference, and how to read it when composite.</summary>
    internal struct Slot
    {
        public int Field;
        public int Wire;
        public int Binding;
    }
}
