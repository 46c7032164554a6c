using System.Text.Json;
using Weave.Core.Names;
using Weave.Tests.Support;
using Weave.Wire.Names;
using Weave.Wire.Primitives;

namespace Weave.Tests.Wire.Names;

public sealed class NamesMessageTests
{
    private static readonly JsonElement Recorded = Vectors.Json("gob/nameserver.json");

    [Fact]
    public void Recorded_gossip_is_read()
    {
        foreach (JsonElement row in Recorded.EnumerateArray())
        {
            Assert.True(NamesMessage.TryDecode(row.GetProperty("hex").Hex(), out long timestamp, out List<NameEntry> entries, out string? fault), fault);
            JsonElement decoded = row.GetProperty("decoded");
            Assert.Equal(decoded.GetProperty("timestamp").GetInt64(), timestamp);
            // The description lists them as they were made; the original sorts them when it sends.
            Assert.Equal(NameVectors.Entries(decoded.GetProperty("entries")).Order(NameOrder.Wire), entries);
        }
    }

    [Fact]
    public void What_is_written_is_the_recording_but_for_the_numbers_of_types()
    {
        foreach (JsonElement row in Recorded.EnumerateArray())
        {
            byte[] recorded = row.GetProperty("hex").Hex();
            NamesMessage.TryDecode(recorded, out long timestamp, out List<NameEntry> entries, out _);
            byte[] written = NamesMessage.Encode(timestamp, entries.ToArray());
            Assert.Equal(recorded.Length, written.Length);
            for (int i = 0; i < recorded.Length; i++)
            {
                Assert.True(recorded[i] == written[i] || recorded[i] - written[i] is > 0 and < 70, $"byte {i}");
            }
        }
    }

    [Fact]
    public void A_message_cut_off_anywhere_is_refused_with_a_reason()
    {
        byte[] whole = Recorded[3].GetProperty("hex").Hex();
        for (int size = 0; size < whole.Length; size++)
        {
            bool read = NamesMessage.TryDecode(whole.AsSpan(0, size), out _, out _, out string? fault);
            Assert.True(!read && fault!.Length > 0, $"cut at {size}");
        }
    }

    [Fact]
    public void Extreme_values_survive()
    {
        NameEntry entry = new("é", new PeerName(ulong.MaxValue), "", new Ipv4Address(uint.MaxValue), long.MinValue, long.MaxValue);
        byte[] written = NamesMessage.Encode(long.MinValue, [entry]);
        Assert.True(NamesMessage.TryDecode(written, out long timestamp, out List<NameEntry> read, out string? fault), fault);
        Assert.Equal(long.MinValue, timestamp);
        Assert.Equal([entry], read);
    }
}
