using System.Net;
using System.Net.NetworkInformation;
using Weave.Daemon;

namespace Weave.Names;

/// <summary>Which servers of a resolv.conf are ourselves: queries sent there would come back for ever.</summary>
/// <param name="listen">Where we listen.</param>
/// <param name="host">The addresses of this host at present; IPv6 is not among them.</param>
internal sealed class OwnServers(Func<IPEndPoint> listen, Func<IReadOnlyList<LocalAddress>> host)
{
    internal bool Contains(IPEndPoint server)
    {
        IPEndPoint own = listen();
        return server.Port == own.Port && (server.Address.Equals(own.Address) || (IsWildcard(own.Address) && IsOnThisHost(server.Address)));
    }

    private bool IsOnThisHost(IPAddress address) =>
        IPAddress.IsLoopback(address)
        || (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork
            ? host().Any(own => own.Cidr.Address.ToString() == address.ToString())
            : NetworkInterface.GetAllNetworkInterfaces().SelectMany(link => link.GetIPProperties().UnicastAddresses).Any(own => own.Address.Equals(address)));

    private static bool IsWildcard(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
