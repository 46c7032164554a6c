namespace Weave.Wire.Gob;

/// <summary>
/// The types that a stream has defined so far. Made when the first definition is met, so that streams of plain
/// values allocate nothing; bounded by <see cref="MaxTypes"/> and <see cref="MaxMembers"/>.
/// </summary>
/// <remarks>
/// docs/wire/gob.md §2. A <em>type reference</em> inside this class is an index into the table, or -id for a built-in
/// type. Definitions may name types that follow later; they are resolved when a value first needs them.
/// </remarks>
internal sealed class GobTypeTable
{
    public const int MaxTypes = 256;
    public const int MaxMembers = 4096;

    /// <summary>Ids below belong to the format itself.</summary>
    public const int FirstUserId = 64;

    private const int MaxNameBytes = 1024;

    private Definition[] _types = new Definition[8];
    private Member[] _members = new Member[32];
    private int _typeCount;
    private int _memberCount;

    /// <summary>How a type is built. Values are the field numbers of a definition.</summary>
    internal enum Shape : byte
    {
        None = 0,
        Array = 1,
        Slice = 2,
        Struct = 3,
        Map = 4,

        /// <summary>A type that encodes itself (three variants): opaque bytes.</summary>
        Opaque = 5,
    }

    public ref readonly Definition this[int index] => ref _types[index];

    public ref readonly Member MemberAt(int index) => ref _members[index];

    /// <summary>Reads one definition for the type <paramref name="id"/> up to the end of the message.</summary>
    public void Define(ref GobCursor cursor, long id)
    {
        if (id < FirstUserId || Find(id) >= 0)
        {
            cursor.Fail(GobErrors.DuplicateType);
        }
        else if (id > int.MaxValue || _typeCount == MaxTypes)
        {
            cursor.Fail(GobErrors.TooManyTypes);
        }

        Definition type = new() { Id = id };
        int shape = 0;
        while (NextField(ref cursor, ref shape, last: 7))
        {
            if (type.Shape != Shape.None)
            {
                cursor.Fail(GobErrors.BadDefinition);
                return;
            }

            type.Shape = shape > (int)Shape.Map ? Shape.Opaque : (Shape)shape;
            ReadBody(ref cursor, ref type);
        }

        if (type.Shape == Shape.None || cursor.Position != cursor.End)
        {
            cursor.Fail(GobErrors.BadDefinition);
        }

        if (!cursor.Failed)
        {
            Add(type);
        }
    }

    /// <summary>The reference for a type id, with everything reachable from it defined; a failure otherwise.</summary>
    public int Resolve(ref GobCursor cursor, long id)
    {
        if (id < FirstUserId)
        {
            return ResolveBuiltIn(ref cursor, id);
        }

        int index = Find(id);
        if (index < 0)
        {
            cursor.Fail(GobErrors.UnknownType);
            return 0;
        }

        ref Definition type = ref _types[index];
        if (!type.Resolved && !cursor.Failed)
        {
            type.Resolved = true; // before going on: a foreign type may contain itself
            ResolveParts(ref cursor, ref type);
        }

        return index;
    }

    /// <summary>A built-in type as a reference; a failure for ids that are neither built in nor defined.</summary>
    public static int ResolveBuiltIn(ref GobCursor cursor, long id)
    {
        if (id is < 1 or > 8)
        {
            cursor.Fail(GobErrors.UnknownType);
        }

        return (int)-id;
    }

    private static bool NextField(ref GobCursor cursor, ref int field, int last)
    {
        ulong delta = cursor.AtEnd ? 0 : cursor.ReadUnsigned();
        if (delta == 0)
        {
            return false;
        }

        if (delta > (ulong)(last - field))
        {
            cursor.Fail(GobErrors.BadDefinition);
            return false;
        }

        field += (int)delta;
        return true;
    }

    /// <summary>Name and id of a type. Both are informational: the id in front of the definition is the one that counts.</summary>
    private static void SkipCommon(ref GobCursor cursor)
    {
        int field = 0;
        while (NextField(ref cursor, ref field, last: 2))
        {
            if (field == 1)
            {
                cursor.ReadBytes();
            }
            else
            {
                cursor.ReadSigned();
            }
        }
    }

    private void ReadBody(ref GobCursor cursor, ref Definition type)
    {
        int last = type.Shape switch { Shape.Array or Shape.Map => 3, Shape.Opaque => 1, _ => 2 };
        int field = 0;
        while (NextField(ref cursor, ref field, last))
        {
            switch (type.Shape, field)
            {
                case (_, 1):
                    SkipCommon(ref cursor);
                    break;
                case (Shape.Struct, 2):
                    ReadMembers(ref cursor, ref type);
                    break;
                case (Shape.Map, 2):
                    type.Key = cursor.ReadSigned();
                    break;
                case (Shape.Array, 3):
                    cursor.ReadSigned(); // the length; a value repeats it
                    break;
                default:
                    type.Element = cursor.ReadSigned();
                    break;
            }
        }
    }

    private void ReadMembers(ref GobCursor cursor, ref Definition type)
    {
        int count = cursor.ReadCount(1);
        if (_memberCount + count > MaxMembers)
        {
            cursor.Fail(GobErrors.TooManyTypes);
            return;
        }

        type.FirstMember = _memberCount;
        type.MemberCount = count;
        for (int i = 0; i < count && !cursor.Failed; i++)
        {
            Grow(ref _members, _memberCount);
            _members[_memberCount++] = ReadMember(ref cursor);
        }
    }

    private static Member ReadMember(ref GobCursor cursor)
    {
        Member member = default;
        int field = 0;
        while (NextField(ref cursor, ref field, last: 2))
        {
            if (field == 1)
            {
                member.NameLength = cursor.ReadBytes().Length;
                member.NameStart = cursor.Position - member.NameLength;
            }
            else
            {
                member.Type = cursor.ReadSigned();
            }
        }

        if (member.NameLength > MaxNameBytes)
        {
            cursor.Fail(GobErrors.BadDefinition);
        }

        return member;
    }

    private void ResolveParts(ref GobCursor cursor, ref Definition type)
    {
        switch (type.Shape)
        {
            case Shape.Array or Shape.Slice:
                type.Element = Resolve(ref cursor, type.Element);
                break;
            case Shape.Map:
                type.Key = Resolve(ref cursor, type.Key);
                type.Element = Resolve(ref cursor, type.Element);
                break;
            case Shape.Struct:
                for (int i = 0; i < type.MemberCount; i++)
                {
                    ref Member member = ref _members[type.FirstMember + i];
                    member.Type = Resolve(ref cursor, member.Type);
                }

                break;
        }
    }

    private void Add(in Definition type)
    {
        Grow(ref _types, _typeCount);
        _types[_typeCount++] = type;
    }

    private int Find(long id)
    {
        for (int i = _typeCount - 1; i >= 0; i--)
        {
            if (_types[i].Id == id)
            {
                return i;
            }
        }

        return -1;
    }

    private static void Grow<T>(ref T[] array, int used)
    {
        if (used == array.Length)
        {
            Array.Resize(ref array, used * 2);
        }
    }

    /// <summary>A type as defined. <see cref="Key"/> and <see cref="Element"/> are ids until resolved, references afterwards.</summary>
    internal struct Definition
    {
        public long Id;
        public long Key;
        public long Element;
        public int FirstMember;
        public int MemberCount;
        public Shape Shape;
        public bool Resolved;
    }

    /// <summary>A field of a struct as defined. <see cref="Type"/> is an id until resolved, a reference afterwards.</summary>
    internal struct Member
    {
        public long Type;
        public int NameStart;
        public int NameLength;
    }
}
