using System.Net.Sockets;
using Weave.Mesh;

namespace Weave.Tests.Mesh;

public sealed class TcpRetransmissionTests
{
    [Fact]
    public void A_connection_tries_again_often()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        TcpRetransmission.Configure(socket);
        Assert.Equal(1, TcpRetransmission.Get(socket, 16)); // TCP_THIN_LINEAR_TIMEOUTS
    }

    [Fact]
    public void The_pause_is_bounded_where_the_kernel_can_bound_it_and_elsewhere_the_connection_is_given_up_soon()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        bool canBound = TcpRetransmission.Get(socket, 44) is not null; // TCP_RTO_MAX_MS
        TcpRetransmission.Configure(socket);
        Assert.Equal(canBound ? 1000 : null, TcpRetransmission.Get(socket, 44));
        Assert.Equal(canBound ? 120_000 : 10_000, TcpRetransmission.Get(socket, 18)); // TCP_USER_TIMEOUT
    }
}
