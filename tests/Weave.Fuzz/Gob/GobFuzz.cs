using Weave.Wire.Gob;

namespace Weave.Fuzz.Gob;

/// <summary>Reads a stream as a type with everything in it: nested structs, slices, maps, every plain kind.</summary>
public static class GobFuzz
{
    private static readonly GobType Inner = GobType.Struct("Inner", ("A", GobType.UInt), ("B", GobType.String));

    private static readonly GobType Outer = GobType.Struct(
        "Outer",
        ("NameByte", GobType.Bytes),
        ("Flag", GobType.Bool),
        ("Number", GobType.Int),
        ("UID", GobType.UInt),
        ("Inner", Inner),
        ("List", GobType.SliceOf(Inner)),
        ("Map", GobType.MapOf(GobType.UInt, GobType.SliceOf(GobType.String))));

    private static readonly GobType Features = GobType.MapOf(GobType.String, GobType.String);
    private static readonly GobType Pairs = GobType.SliceOf(GobType.MapOf(GobType.String, Inner));

    public static void Fuzz(ReadOnlySpan<byte> stream)
    {
        ReadOuter(stream);
        GobReader reader = new(stream);
        while (reader.NextValue(Features))
        {
            reader.EnterMap();
            while (reader.NextKey())
            {
                reader.Utf8();
                reader.MoveToMapValue();
                reader.String();
            }
        }

        reader = new GobReader(stream);
        while (reader.NextValue(Pairs))
        {
            // Nothing is read: the next step has to skip it all.
        }

        reader = new GobReader(stream);
        reader.NextValue(GobType.String);
        reader.String();
        reader.NextValue(GobType.UInt);
        reader.UInt64();
        reader.NextValue(GobType.Bytes);
        reader.Bytes();
    }

    private static void ReadOuter(ReadOnlySpan<byte> stream)
    {
        GobReader reader = new(stream);
        while (reader.NextValue(Outer))
        {
            reader.EnterStruct();
            while (reader.NextField(out int field))
            {
                switch (field)
                {
                    case 0:
                        reader.Bytes();
                        break;
                    case 1:
                        reader.Bool();
                        break;
                    case 2:
                        reader.Int64();
                        break;
                    case 3:
                        reader.UInt16();
                        break;
                    case 4:
                        ReadInner(ref reader);
                        break;
                    case 5:
                        reader.EnterSlice();
                        while (reader.NextElement())
                        {
                            ReadInner(ref reader);
                        }

                        break;
                    default:
                        ReadMap(ref reader);
                        break;
                }
            }
        }
    }

    private static void ReadInner(ref GobReader reader)
    {
        reader.EnterStruct();
        while (reader.NextField(out int field))
        {
            if (field == 0)
            {
                reader.UInt64();
            }
        }
    }

    private static void ReadMap(ref GobReader reader)
    {
        reader.EnterMap();
        while (reader.NextKey())
        {
            reader.UInt32();
            reader.MoveToMapValue();
            reader.EnterSlice();
            while (reader.NextElement())
            {
                reader.Utf8();
            }
        }
    }
}
