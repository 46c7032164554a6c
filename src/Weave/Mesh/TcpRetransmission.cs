using System.Net.Sockets;

namespace Weave.Mesh;

/// <summary>
/// How a control connection that outlives a partition finds out that the way is open again. TCP doubles its pause with
/// each packet that is lost, up to 120 s, so that after a minute's partition news would wait for another minute.
/// </summary>
/// <remarks>
/// tcp(7); include/uapi/linux/tcp.h. A kernel that cannot bound the pauses gives the connection up sooner instead: the
/// neighbour is dialled again every two seconds, and data goes on meanwhile (docs/adr/0020).
/// </remarks>
internal static class TcpRetransmission
{
    private const int IPPROTO_TCP = 6;
    private const int TCP_KEEPIDLE = 4;
    private const int TCP_KEEPINTVL = 5;
    private const int TCP_KEEPCNT = 6;
    private const int TCP_THIN_LINEAR_TIMEOUTS = 16;
    private const int TCP_USER_TIMEOUT = 18;
    private const int TCP_RTO_MAX_MS = 44; // since Linux 6.15

    /// <summary>
    /// The kernels ask each other whether they are there, on a connection that is silent for so long. One that has forgotten the
    /// connection resets it; none that answers means doubt (<see cref="TcpLink.Silence"/>). The processes notice nothing.
    /// </summary>
    private const int AskAfterSeconds = 2;
    private const int AskEverySeconds = 1;
    private const int MostQuestions = 127;

    /// <summary>The longest pause between two attempts, milliseconds: the least that the kernel takes.</summary>
    private const int LongestPause = 1000;

    /// <summary>
    /// Milliseconds without an acknowledgement after which the kernel gives up. With short pauses its own count of
    /// attempts would end in a quarter of a minute; the mesh's heartbeat, not TCP, decides that a neighbour is gone.
    /// </summary>
    private const int PatienceMilliseconds = 120_000;

    /// <summary>The same where pauses double: by then the next one would be longer than what a new connection takes.</summary>
    private const int LittlePatienceMilliseconds = 10_000;

    /// <summary>Asks for short pauses on <paramref name="socket"/>, as far as this kernel has them.</summary>
    internal static void Configure(Socket socket)
    {
        TrySet(socket, TCP_THIN_LINEAR_TIMEOUTS, 1);
        bool isBounded = TrySet(socket, TCP_RTO_MAX_MS, LongestPause);
        TrySet(socket, TCP_KEEPIDLE, AskAfterSeconds);
        TrySet(socket, TCP_KEEPINTVL, AskEverySeconds);
        TrySet(socket, TCP_KEEPCNT, MostQuestions);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        TrySet(socket, TCP_USER_TIMEOUT, isBounded ? PatienceMilliseconds : LittlePatienceMilliseconds);
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

    private static bool TrySet(Socket socket, int option, int value)
    {
        try
        {
            socket.SetRawSocketOption(IPPROTO_TCP, option, BitConverter.GetBytes(value));
            return true;
        }
        catch (SocketException)
        {
            return false; // ENOPROTOOPT: an older kernel
        }
    }
}
