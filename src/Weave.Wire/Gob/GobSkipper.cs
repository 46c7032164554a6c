namespace Weave.Wire.Gob;

/// <summary>Passes over a value of any described type without making anything of it.</summary>
/// <remarks>docs/wire/gob.md §5. Time is linear in the bytes passed; nesting is bounded by <see cref="MaxDepth"/>.</remarks>
internal static class GobSkipper
{
    private const int MaxDepth = 64;

    /// <summary>Skips one value of the type <paramref name="type"/> (a reference of <paramref name="table"/>).</summary>
    public static void Skip(ref GobCursor cursor, GobTypeTable? table, int type) => Skip(ref cursor, table, type, 0);

    private static void Skip(ref GobCursor cursor, GobTypeTable? table, int type, int depth)
    {
        if (depth == MaxDepth)
        {
            cursor.Fail(GobErrors.TooDeep);
        }
        else if (type < 0)
        {
            SkipBuiltIn(ref cursor, -type);
        }
        else
        {
            SkipDefined(ref cursor, table!, table![type], depth);
        }
    }

    private static void SkipBuiltIn(ref GobCursor cursor, int id)
    {
        switch (id)
        {
            case 5 or 6:
                cursor.ReadBytes();
                break;
            case 7: // complex: two floats
                cursor.ReadUnsigned();
                cursor.ReadUnsigned();
                break;
            case 8:
                SkipInterface(ref cursor);
                break;
            default:
                cursor.ReadUnsigned();
                break;
        }
    }

    /// <summary>Name of the concrete type (empty: nil), its id, the size of the rest, the value.</summary>
    private static void SkipInterface(ref GobCursor cursor)
    {
        if (cursor.ReadBytes().IsEmpty)
        {
            return;
        }

        // Definitions may stand in front of the id. None of ours has them, and the size makes them unnecessary to know.
        if (cursor.ReadSigned() < 0)
        {
            cursor.Fail(GobErrors.BadValue);
        }

        cursor.ReadBytes();
    }

    private static void SkipDefined(ref GobCursor cursor, GobTypeTable table, in GobTypeTable.Definition type, int depth)
    {
        switch (type.Shape)
        {
            case GobTypeTable.Shape.Struct:
                SkipStruct(ref cursor, table, type, depth);
                break;
            case GobTypeTable.Shape.Map:
                SkipMap(ref cursor, table, type, depth);
                break;
            case GobTypeTable.Shape.Opaque:
                cursor.ReadBytes();
                break;
            default:
                for (int count = cursor.ReadCount(1); count > 0 && !cursor.Failed; count--)
                {
                    Skip(ref cursor, table, (int)type.Element, depth + 1);
                }

                break;
        }
    }

    private static void SkipStruct(ref GobCursor cursor, GobTypeTable table, in GobTypeTable.Definition type, int depth)
    {
        ulong field = 0;
        while (!cursor.AtEnd)
        {
            ulong delta = cursor.ReadUnsigned();
            if (delta == 0)
            {
                return;
            }

            if (delta > (ulong)type.MemberCount - field)
            {
                cursor.Fail(GobErrors.BadField);
                return;
            }

            field += delta;
            Skip(ref cursor, table, (int)table.MemberAt(type.FirstMember + (int)field - 1).Type, depth + 1);
        }
    }

    private static void SkipMap(ref GobCursor cursor, GobTypeTable table, in GobTypeTable.Definition type, int depth)
    {
        for (int count = cursor.ReadCount(2); count > 0 && !cursor.Failed; count--)
        {
            Skip(ref cursor, table, (int)type.Key, depth + 1);
            Skip(ref cursor, table, (int)type.Element, depth + 1);
        }
    }
}
