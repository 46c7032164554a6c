using Weave.Linux.Bridge;
using Weave.Wire.Primitives;

namespace Weave.Tests.Linux.Bridge;

public sealed class ArpAnnouncerTests
{
    [Fact]
    public void The_announcement_is_a_broadcast_request_for_the_own_address()
    {
        byte[] frame = new byte[42];
        ArpAnnouncer.WriteRequest(frame, new MacAddress(0x0200_0000_0001), Ipv4Address.Parse("10.32.0.1"));
        Assert.Equal(
            "ffffffffffff" + "020000000001" + "0806" + "0001" + "0800" + "06" + "04" + "0001"
            + "020000000001" + "0a200001" + "000000000000" + "0a200001",
            Convert.ToHexStringLower(frame));
    }
}
