using System.Globalization;
using System.Text.Json;
using Weave.Tests.Support;
using Weave.Wire.Primitives;

namespace Weave.Tests.Wire.Primitives;

public sealed class PeerNameTests
{
    private static readonly JsonElement Recorded = Vectors.Json("logic/peer_names.json");

    [Fact]
    public void Text_is_accepted_and_refused_as_by_the_original()
    {
        foreach (JsonElement row in Recorded.GetProperty("parse").EnumerateArray())
        {
            string input = row.GetProperty("input").GetString()!;
            bool accepted = row.GetProperty("error").ValueKind == JsonValueKind.Null;
            Assert.True(accepted == PeerName.TryParse(input, out PeerName name), $"\"{input}\": original accepts: {accepted}");
            if (accepted)
            {
                Assert.Equal(row.GetProperty("formatted").GetString(), name.ToString());
                Assert.Equal(ulong.Parse(row.GetProperty("value").GetString()!, CultureInfo.InvariantCulture), name.Value);
            }
        }
    }

    [Fact]
    public void Bytes_of_any_number_fold_as_in_the_original()
    {
        foreach (JsonElement row in Recorded.GetProperty("fromBytes").EnumerateArray())
        {
            PeerName name = PeerName.Fold(row.GetProperty("bytes").Hex());
            Assert.Equal(row.GetProperty("formatted").GetString(), name.ToString());
            Assert.Equal(ulong.Parse(row.GetProperty("value").GetString()!, CultureInfo.InvariantCulture), name.Value);
        }
    }

    [Fact]
    public void The_raw_form_round_trips()
    {
        byte[] raw = [0x7a, 0x9f, 0xeb, 0xb6, 0x0c, 0x6e];
        byte[] written = new byte[PeerName.Size];
        PeerName.Read(raw).Write(written);
        Assert.Equal(raw, written);
    }
}
