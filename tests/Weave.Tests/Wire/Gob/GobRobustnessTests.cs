using System.Text.Json;
using Weave.Fuzz.Gob;
using Weave.Tests.Support;
using Weave.Wire.Gob;

namespace Weave.Tests.Wire.Gob;

/// <summary>The odd streams that were given to the original's decoder: ours accepts and refuses the same.</summary>
public sealed class GobRobustnessTests
{
    private static readonly GobType Peer = GobType.Struct(
        "peerSummary",
        ("NameByte", GobType.Bytes),
        ("NickName", GobType.String),
        ("UID", GobType.UInt),
        ("Version", GobType.UInt),
        ("ShortID", GobType.UInt),
        ("HasShortID", GobType.Bool));

    private static readonly GobType Connections = GobType.SliceOf(GobType.Struct(
        "connectionSummary",
        ("NameByte", GobType.Bytes),
        ("RemoteTCPAddr", GobType.String),
        ("Outbound", GobType.Bool),
        ("Established", GobType.Bool)));

    public static TheoryData<string> Cases()
    {
        TheoryData<string> rows = [];
        foreach (JsonElement vector in Recorded())
        {
            rows.Add(vector.GetProperty("description").GetString()!);
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_verdict_is_the_originals(string description)
    {
        JsonElement vector = Recorded().Single(v => v.GetProperty("description").GetString() == description);
        string? error = Read(vector.GetProperty("hex").Hex());
        Assert.Equal(vector.GetProperty("accepted").GetBoolean(), error is null);
    }

    [Fact]
    public void Mutated_streams_never_throw()
    {
        Random random = new(1);
        byte[][] streams = [.. Recorded().Select(vector => vector.GetProperty("hex").Hex()).Where(stream => stream.Length > 0)];
        for (int run = 0; run < 20_000; run++)
        {
            byte[] stream = [.. streams[random.Next(streams.Length)]];
            for (int change = random.Next(4); change >= 0; change--)
            {
                stream[random.Next(stream.Length)] = (byte)random.Next(256);
            }

            Read(stream);
            GobFuzz.Fuzz(stream);
        }
    }

    private static JsonElement[] Recorded() =>
        [.. Vectors.Json("gob/decoder_robustness.json").GetProperty("cases").EnumerateArray()];

    private static string? Read(byte[] stream)
    {
        GobReader reader = new(stream);
        while (reader.NextValue(Peer))
        {
            reader.EnterStruct();
            while (reader.NextField(out int field))
            {
                if (field == 4)
                {
                    reader.UInt16();
                }
            }

            reader.NextValue(Connections);
        }

        return reader.Error;
    }
}
