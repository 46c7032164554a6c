using System.Globalization;
using System.Text.Json;
using Weave.Tests.Support;
using Weave.Wire.Primitives;
using Weave.Wire.Vxlan;

namespace Weave.Tests.Wire.Vxlan;

public sealed class VxlanTests
{
    [Fact]
    public void Network_identifiers_are_those_of_the_original()
    {
        foreach (JsonElement row in Vectors.Json("logic/short_ids.json").GetProperty("vni").EnumerateArray())
        {
            ShortId source = new(row.GetProperty("srcShortID").GetUInt16());
            ShortId destination = new(row.GetProperty("dstShortID").GetUInt16());
            Vni vni = new(source, destination);
            Assert.Equal(row.GetProperty("vni24").GetString(), vni.Value.ToString("x6", CultureInfo.InvariantCulture));
            Assert.Equal((source, destination), (vni.Source, vni.Destination));
        }
    }

    [Fact]
    public void Heartbeats_are_read_as_the_original_builds_them()
    {
        foreach (JsonElement row in Vectors.Json("overlay/fastdp_heartbeat.json").EnumerateArray())
        {
            byte[] prefix = row.GetProperty("framePrefix32").Hex();
            int length = row.GetProperty("frameLength").GetInt32();
            ulong uid = ulong.Parse(row.GetProperty("connectionUID").GetString()!, CultureInfo.InvariantCulture);
            bool answered = row.GetProperty("controlSentByReceiver").GetArrayLength() > 0;
            Assert.True(FastHeartbeat.IsSpecial(prefix));
            bool read = FastHeartbeat.TryRead(prefix.AsSpan(0, Math.Min(length, prefix.Length)), out FastHeartbeat heartbeat);
            Assert.Equal(answered, read && heartbeat.ConnectionUid == uid && heartbeat.StatedLength == length);
        }
    }

    [Fact]
    public void Heartbeats_are_written_as_the_original_builds_them()
    {
        JsonElement row = Vectors.Json("overlay/fastdp_heartbeat.json")[0];
        byte[] frame = new byte[FastHeartbeat.LengthFor(1376)];
        FastHeartbeat.Write(frame, 1234605616436508552);
        Assert.Equal(row.GetProperty("frameLength").GetInt32(), frame.Length);
        Assert.Equal(row.GetProperty("framePrefix32").Hex(), frame[..32]);
        Assert.Equal(-1, frame.AsSpan(32).IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void The_hand_over_header_round_trips()
    {
        HandoverHeader header = new(new ShortId(0xabc), new ShortId(0x123), new ShortId(0xfff), 63);
        byte[] raw = new byte[HandoverHeader.Size];
        header.Write(raw);
        Assert.Equal(Convert.FromHexString("025701230fff02570abc3f000800"), raw);
        Assert.True(HandoverHeader.TryRead(raw, out HandoverHeader read));
        Assert.Equal(header, read);
        Assert.False(HandoverHeader.TryRead(raw.AsSpan(0, 13), out _));
        raw[0] = 0x33; // the kernel's own neighbour discovery on the TAP
        Assert.False(HandoverHeader.TryRead(raw, out _));
    }
}
