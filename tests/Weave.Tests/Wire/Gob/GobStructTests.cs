using Weave.Fuzz.Gob;
using Weave.Tests.Support;
using Weave.Wire.Gob;

namespace Weave.Tests.Wire.Gob;

public sealed class GobStructTests
{
    private static readonly GobType Range = GobType.Struct("Range", ("Start", GobType.UInt), ("End", GobType.UInt));

    private static readonly GobType State = GobType.Struct(
        "State",
        ("Now", GobType.Int),
        ("Names", GobType.MapOf(GobType.UInt, GobType.String)),
        ("Ring", Range),
        ("Entries", GobType.SliceOf(Range)),
        ("Seeds", GobType.SliceOf(GobType.UInt)));

    /// <summary>The kind 0 request of tests/vectors/README.md, without its kind byte.</summary>
    private static readonly byte[] RecordedRange = Convert.FromHexString(
        "25ffb103010105" + "52616e6765" + "01ffb2000102010553746172740106000103456e640106000000" + "0fffb201fc0a21000701fc0a21000800");

    [Fact]
    public void A_struct_is_written_as_recorded_but_for_the_type_number()
    {
        GobWriter writer = new(new GobSchema(Range));
        writer.BeginValue();
        WriteRange(writer, 0x0a210007, 0x0a210008);
        writer.EndValue();
        string renumbered = Convert.ToHexStringLower(RecordedRange).Replace("ffb1", "ff81").Replace("ffb2", "ff82");
        Assert.Equal(renumbered, Convert.ToHexStringLower(writer.Written));
    }

    [Fact]
    public void Everything_nested_comes_back_as_written()
    {
        byte[] stream = WriteState();
        GobReader reader = new(stream);
        Assert.True(reader.NextValue(State));
        List<string> seen = [];
        reader.EnterStruct();
        while (reader.NextField(out int field))
        {
            seen.Add(field switch
            {
                0 => $"now {reader.Int64()}",
                1 => $"names {ReadMap(ref reader)}",
                2 => $"ring {ReadRange(ref reader)}",
                3 => $"entries {ReadEntries(ref reader)}",
                _ => $"seeds {ReadSeeds(ref reader)}",
            });
        }

        Assert.Null(reader.Error);
        Assert.Equal(["now -5", "names 1=one 2=", "ring 0-0", "entries 1-2 0-0", "seeds 0 7"], seen);
        Assert.Equal(0, reader.BytesLeft);
    }

    [Fact]
    public void What_a_loop_does_not_read_is_skipped()
    {
        GobReader reader = new(WriteState());
        Assert.True(reader.NextValue(State));
        reader.EnterStruct();
        List<int> fields = [];
        while (reader.NextField(out int field))
        {
            fields.Add(field);
        }

        Assert.Equal([0, 1, 2, 3, 4], fields);
        Assert.Null(reader.Error);
    }

    [Fact]
    public void A_stream_cut_anywhere_is_an_end_or_an_error()
    {
        byte[] stream = WriteState();
        for (int length = 0; length < stream.Length; length++)
        {
            GobReader reader = new(stream.AsSpan(0, length));
            bool whole = reader.NextValue(State);
            Assert.False(whole);
            GobFuzz.Fuzz(stream.AsSpan(0, length));
        }
    }

    [Fact]
    public void A_count_beyond_the_message_is_refused_before_anything_is_allocated()
    {
        // slice of uint (type 65) claiming 2^32 elements
        GobReader reader = new(Convert.FromHexString("0cff81020102ff820001060000" + "09ff8200fb0100000000"));
        Assert.True(reader.NextValue(GobType.SliceOf(GobType.UInt)));
        Assert.Equal(0, reader.EnterSlice());
        Assert.Equal(GobErrors.CountTooBig, reader.Error);
    }

    [Fact]
    public void A_type_that_contains_itself_is_skipped_to_a_bounded_depth()
    {
        // type 65: slice of type 65; type 66: struct S { A uint; X 65 }; the value nests 123 slices
        byte[] definition = Convert.FromHexString("0dff81020102ff820001ff820000");
        byte[] wrapper = Convert.FromHexString("17ff83030101015301ff8400010201014101060001015801ff820000");
        wrapper[0] = (byte)(wrapper.Length - 1);
        byte[] value = [0x7f, 0xff, 0x84, 0x02, .. Enumerable.Repeat((byte)1, 123), 0];
        GobReader reader = new([.. definition, .. wrapper, .. value]);
        Assert.True(reader.NextValue(GobType.Struct("S", ("A", GobType.UInt))), reader.Error);
        reader.EnterStruct();
        Assert.False(reader.NextField(out _));
        Assert.Equal(GobErrors.TooDeep, reader.Error);
    }

    [Fact]
    public void A_wrong_step_of_a_writer_is_caught()
    {
        GobWriter writer = new(new GobSchema(Range));
        writer.BeginValue();
        writer.BeginStruct();
        Assert.Throws<InvalidOperationException>(() => writer.IntField(0, 1)); // declared unsigned
        writer.UIntField(1, 1);
        Assert.Throws<InvalidOperationException>(() => writer.UIntField(0, 1)); // out of order
        Assert.Throws<InvalidOperationException>(writer.EndValue);
    }

    [Fact]
    public void A_slice_takes_exactly_its_count()
    {
        GobWriter writer = new(new GobSchema(State));
        writer.BeginValue();
        writer.BeginStruct();
        writer.SliceField(4, 2);
        writer.UInt(1);
        Assert.Throws<InvalidOperationException>(writer.EndStruct);
        writer.UInt(2);
        Assert.Throws<InvalidOperationException>(() => writer.UInt(3));
        writer.EndStruct();
        writer.EndValue();
    }

    private static byte[] WriteState()
    {
        GobWriter writer = new(new GobSchema(State));
        writer.BeginValue();
        writer.BeginStruct();
        writer.IntField(0, -5);
        writer.MapField(1, 2);
        writer.UInt(1);
        writer.String("one");
        writer.UInt(2);
        writer.String("");
        writer.BeginStructField(2);
        writer.EndStruct();
        writer.SliceField(3, 2);
        WriteRange(writer, 1, 2);
        WriteRange(writer, 0, 0);
        writer.SliceField(4, 2);
        writer.UInt(0);
        writer.UInt(7);
        writer.EndStruct();
        writer.EndValue();
        return writer.ToArray();
    }

    private static void WriteRange(GobWriter writer, uint start, uint end)
    {
        writer.BeginStruct();
        writer.UIntField(0, start);
        writer.UIntField(1, end);
        writer.EndStruct();
    }

    private static string ReadRange(ref GobReader reader)
    {
        ulong[] range = new ulong[2];
        reader.EnterStruct();
        while (reader.NextField(out int field))
        {
            range[field] = reader.UInt64();
        }

        return $"{range[0]}-{range[1]}";
    }

    private static string ReadMap(ref GobReader reader)
    {
        List<string> entries = [];
        reader.EnterMap();
        while (reader.NextKey())
        {
            ulong key = reader.UInt64();
            reader.MoveToMapValue();
            entries.Add($"{key}={reader.String()}");
        }

        return string.Join(' ', entries);
    }

    private static string ReadEntries(ref GobReader reader)
    {
        List<string> entries = [];
        reader.EnterSlice();
        while (reader.NextElement())
        {
            entries.Add(ReadRange(ref reader));
        }

        return string.Join(' ', entries);
    }

    private static string ReadSeeds(ref GobReader reader)
    {
        List<ulong> seeds = [];
        reader.EnterSlice();
        while (reader.NextElement())
        {
            seeds.Add(reader.UInt64());
        }

        return string.Join(' ', seeds);
    }
}
