using System.Net.Sockets;
using Weave.Mesh;

namespace Weave.Tests.Mesh;

public sealed class TcpRetransmissionTests
{
    [Theory]
    [InlineData(16, 1)] // TCP_THIN_LINEAR_TIMEOUTS
    [InlineData(18, 120_000)] // TCP_USER_TIMEOUT
    public void A_connection_tries_again_often_and_for_long(int option, int value)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        TcpRetransmission.Configure(socket);
        Assert.Equal(value, TcpRetransmission.Get(socket, option));
    }

    [Fact]
    public void The_pause_is_bounded_where_the_kernel_can_bound_it()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        int? before = TcpRetransmission.Get(socket, 44); // TCP_RTO_MAX_MS
        TcpRetransmission.Configure(socket);
        Assert.Equal(before is null ? null : 1000, TcpRetransmission.Get(socket, 44));
    }
}
