using System.Net.Sockets;

namespace Weave.Mesh;

/// <summary>The parts of the kernel's <c>struct tcp_info</c> that we show.</summary>
/// <param name="RoundTrip">The shortest of the last minutes; null before anything was acknowledged.</param>
/// <param name="NotSentBytes">Taken from us and not yet sent.</param>
/// <param name="Silence">Since the other end last sent or acknowledged anything.</param>
internal readonly record struct TcpInfo(TimeSpan? RoundTrip, long NotSentBytes, TimeSpan Silence)
{
    private const int IPPROTO_TCP = 6;
    private const int TCP_INFO = 11;
    private const int LastDataReceivedOffset = 52; // tcpi_last_data_recv, milliseconds ago
    private const int LastAckReceivedOffset = 56; // tcpi_last_ack_recv, milliseconds ago
    private const int NotSentOffset = 144; // tcpi_notsent_bytes, since Linux 4.6
    private const int MinRoundTripOffset = 148; // tcpi_min_rtt, in microseconds
    private const int Size = 152;

    /// <summary>Nothing is known of a socket that is closed.</summary>
    internal static TcpInfo Of(Socket socket)
    {
        Span<byte> info = stackalloc byte[Size];
        try
        {
            return socket.GetRawSocketOption(IPPROTO_TCP, TCP_INFO, info) < Size ? default : Read(info);
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            return default;
        }
    }

    internal static TcpInfo Read(ReadOnlySpan<byte> info)
    {
        uint microseconds = BitConverter.ToUInt32(info[MinRoundTripOffset..]);
        uint milliseconds = Math.Min(BitConverter.ToUInt32(info[LastDataReceivedOffset..]), BitConverter.ToUInt32(info[LastAckReceivedOffset..]));
        return new TcpInfo(
            microseconds is 0 or uint.MaxValue ? null : TimeSpan.FromMicroseconds(microseconds),
            BitConverter.ToUInt32(info[NotSentOffset..]),
            TimeSpan.FromMilliseconds(milliseconds));
    }
}
