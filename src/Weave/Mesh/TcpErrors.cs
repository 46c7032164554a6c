using System.Net.Sockets;

namespace Weave.Mesh;

/// <summary>Socket errors in the words that users of the original know.</summary>
internal static class TcpErrors
{
    /// <summary>The other end closed the connection. Otherwise this end gave up, and the other one may not know.</summary>
    internal static bool IsByRemote(SocketException failure) => failure.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown;

    internal static string Describe(SocketException failure) => failure.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.ConnectionReset => "connection reset by peer",
        SocketError.HostUnreachable => "no route to host",
        SocketError.NetworkUnreachable => "network is unreachable",
        SocketError.TimedOut => "connection timed out",
        SocketError.Shutdown => "broken pipe",
        _ => failure.Message,
    };
}
