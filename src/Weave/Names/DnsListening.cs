using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Weave.Names;

/// <summary>
/// Takes the address to listen on even if the host does not have it yet: the address of Docker's bridge comes with
/// dockerd, and as a service of the host (<c>weave systemd</c>) we are ready before it.
/// </summary>
internal static class DnsListening
{
    // linux/in.h
    private const int SolIp = 0;
    private const int IpFreeBind = 15;

    /// <exception cref="SocketException">It is in use, or not ours to take.</exception>
    internal static void Bind(Socket socket, IPEndPoint listen, ILogger logger)
    {
        try
        {
            socket.Bind(listen);
        }
        catch (SocketException early) when (early.SocketErrorCode == SocketError.AddressNotAvailable && listen.AddressFamily == AddressFamily.InterNetwork)
        {
            socket.SetRawSocketOption(SolIp, IpFreeBind, BitConverter.GetBytes(1));
            socket.Bind(listen);
            logger.ListeningEarly($"{listen.Address}");
        }
    }
}
