using System.Net.Sockets;

namespace Weave.Mesh;

/// <summary>
/// How a control connection that outlives a partition finds out that the way is open again. TCP doubles its pause with
/// each packet that is lost, up to 120 s, so that after a minute's partition news would wait for another minute.
/// </summary>
/// <remarks>tcp(7); include/uapi/linux/tcp.h. What a kernel does not know is left as it is: a connection works without.</remarks>
internal static class TcpRetransmission
{
    private const int IPPROTO_TCP = 6;
    private const int TCP_THIN_LINEAR_TIMEOUTS = 16;
    private const int TCP_USER_TIMEOUT = 18;
    private const int TCP_RTO_MAX_MS = 44; // since Linux 6.15

    /// <summary>The longest pause between two attempts, milliseconds: the least that the kernel takes.</summary>
    private const int LongestPause = 1000;

    /// <summary>
    /// Milliseconds without an acknowledgement after which the kernel gives up. With short pauses its own count of
    /// attempts would end in a quarter of a minute; the mesh's heartbeat, not TCP, decides that a neighbour is gone.
    /// </summary>
    private const int PatienceMilliseconds = 120_000;

    /// <summary>Asks for short pauses on <paramref name="socket"/>, as far as this kernel has them.</summary>
    internal static void Configure(Socket socket)
    {
        TrySet(socket, TCP_THIN_LINEAR_TIMEOUTS, 1);
        TrySet(socket, TCP_RTO_MAX_MS, LongestPause);
        TrySet(socket, TCP_USER_TIMEOUT, PatienceMilliseconds);
    }

    /// <summary>The value of an option, null where the kernel does not know it.</summary>
    internal static int? Get(Socket socket, int option)
    {
        Span<byte> value = stackalloc byte[sizeof(int)];
        try
        {
            socket.GetRawSocketOption(IPPROTO_TCP, option, value);
            return BitConverter.ToInt32(value);
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static void TrySet(Socket socket, int option, int value)
    {
        try
        {
            socket.SetRawSocketOption(IPPROTO_TCP, option, BitConverter.GetBytes(value));
        }
        catch (SocketException)
        {
            // ENOPROTOOPT: an older kernel keeps its own pauses.
        }
    }
}
