using System.Globalization;
using System.Text.Json;
using Weave.Tests.Support;
using Weave.Wire.Gob;

namespace Weave.Tests.Wire.Gob;

/// <summary>Single values as the original writes them, read and written.</summary>
public sealed class GobPrimitivesTests
{
    private static readonly GobType Strings = GobType.SliceOf(GobType.String);
    private static readonly GobType Map = GobType.MapOf(GobType.String, GobType.String);

    public static TheoryData<string, string> Recorded()
    {
        TheoryData<string, string> rows = [];
        foreach (JsonElement vector in Vectors.Json("gob/primitives.json").GetProperty("vectors").EnumerateArray())
        {
            rows.Add(vector.GetProperty("description").GetString()!["top level ".Length..], vector.GetProperty("hex").GetString()!);
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public void A_recorded_value_is_read_and_written(string what, string hex)
    {
        byte[] stream = Convert.FromHexString(hex);
        (string kind, string value) = (what.Split(' ')[0], what.Contains(' ') ? what[(what.IndexOf(' ') + 1)..] : "");
        GobReader reader = new(stream);
        GobWriter writer = new();
        switch (kind)
        {
            case "uint64":
                ulong unsigned = ulong.Parse(value, CultureInfo.InvariantCulture);
                Assert.True(reader.NextValue(GobType.UInt));
                Assert.Equal(unsigned, reader.UInt64());
                writer.UIntValue(unsigned);
                break;
            case "int64":
                long signed = long.Parse(value, CultureInfo.InvariantCulture);
                Assert.True(reader.NextValue(GobType.Int));
                Assert.Equal(signed, reader.Int64());
                writer = new GobWriter(new GobSchema(GobType.Int));
                writer.BeginValue();
                writer.Int(signed);
                writer.EndValue();
                break;
            case "bool":
                Assert.True(reader.NextValue(GobType.Bool));
                Assert.Equal(value == "true", reader.Bool());
                writer = new GobWriter(new GobSchema(GobType.Bool));
                writer.BeginValue();
                writer.Bool(value == "true");
                writer.EndValue();
                break;
            case "string":
                Assert.True(reader.NextValue(GobType.String));
                string text = reader.String();
                Assert.EndsWith(text.Length > 0 ? text : "empty", value);
                writer.StringValue(text);
                break;
            case "byte":
                Assert.True(reader.NextValue(GobType.Bytes));
                writer.BytesValue(reader.Bytes());
                break;
            default:
                Assert.Equal(what.Contains("a, bc") ? "a bc" : what.Contains("k:v") ? "k=v" : "", ReadComposite(ref reader, kind));
                Assert.False(reader.NextValue(GobType.String));
                Assert.Null(reader.Error);
                return;
        }

        Assert.False(reader.NextValue(GobType.String));
        Assert.Null(reader.Error);
        Assert.Equal(hex, Convert.ToHexStringLower(writer.Written));
    }

    [Fact]
    public void Definitions_are_as_recorded_but_for_the_type_number()
    {
        GobWriter writer = new(new GobSchema(Strings, Map));
        writer.BeginValue(0);
        writer.Slice(2);
        writer.String("a");
        writer.String("bc");
        writer.EndValue();
        writer.BeginValue(1);
        writer.Map(1);
        writer.String("k");
        writer.String("v");
        writer.EndValue();
        const string Slice = "0cff81020102ff8200010c000009ff8200020161026263"; // recorded with 66
        const string Mapping = "0eff83040102ff8400010c010c000008ff840001016b0176"; // recorded with 65
        Assert.Equal(Slice + Mapping, Convert.ToHexStringLower(writer.Written));
    }

    [Theory]
    [InlineData("f60000000000000000000001")] // a count of ten bytes
    [InlineData("80")]
    [InlineData("ff")]
    public void A_number_of_more_than_64_bits_or_cut_short_is_refused(string hex)
    {
        ReadOnlySpan<byte> rest = Convert.FromHexString(hex);
        Assert.False(GobNumbers.TryReadUnsigned(ref rest, out _));
        Assert.Equal(hex.Length / 2, rest.Length);
    }

    [Fact]
    public void Plain_values_are_read_and_written_without_allocating()
    {
        GobWriter writer = new();
        Allocations.Allocates(0, () =>
        {
            writer.Clear();
            writer.StringValue("IPallocation");
            writer.UIntValue(0x7a9f_ebb6_0c6e);
            writer.BytesValue("payload"u8);
            GobReader reader = new(writer.Written);
            reader.NextValue(GobType.String);
            reader.Utf8();
            reader.NextValue(GobType.UInt);
            reader.UInt64();
            reader.NextValue(GobType.Bytes);
            reader.Bytes();
        });
    }

    private static string ReadComposite(ref GobReader reader, string kind)
    {
        List<string> parts = [];
        if (kind.StartsWith("map", StringComparison.Ordinal))
        {
            Assert.True(reader.NextValue(Map));
            reader.EnterMap();
            while (reader.NextKey())
            {
                string key = reader.String();
                reader.MoveToMapValue();
                parts.Add($"{key}={reader.String()}");
            }
        }
        else
        {
            Assert.True(reader.NextValue(Strings));
            reader.EnterSlice();
            while (reader.NextElement())
            {
                parts.Add(reader.String());
            }
        }

        return string.Join(' ', parts);
    }
}
