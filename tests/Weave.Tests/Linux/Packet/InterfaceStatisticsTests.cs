using Weave.Linux.Packet;

namespace Weave.Tests.Linux.Packet;

public sealed class InterfaceStatisticsTests
{
    private const string Table = """
        Inter-|   Receive                                                |  Transmit
         face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
            lo:  102341    1021    0    0    0     0          0         0   102341    1021    0    0    0     0       0          0
        vethwe-sleeve:  1   2    3    4    5     6          7         8   9    10    11    12    13     14       15          16
        vethwe-sleeve2:  0   0    0    0    0     0          0         0   0    0    0    99    0     0       0          0
         short: 1 2
        """;

    [Theory]
    [InlineData("vethwe-sleeve", 12)]
    [InlineData("vethwe-sleeve2", 99)]
    [InlineData("lo", 0)]
    [InlineData("short", 0)]
    [InlineData("vethwe", 0)]
    public void Drops_are_those_of_the_interface(string name, long drops) =>
        Assert.Equal(drops, InterfaceStatistics.ParseTransmitDrops(Table, name));
}
