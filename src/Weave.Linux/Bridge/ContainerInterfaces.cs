using System.Globalization;
using Weave.Linux.Netlink;
using Weave.Linux.NetNs;
using Weave.Wire.Primitives;

namespace Weave.Linux.Bridge;

/// <summary>Works in the namespaces of containers, found by process id.</summary>
public sealed class ContainerInterfaces(
    INetworkNamespaces namespaces, ILinks links, IAddresses addresses, ISysctls sysctls, IArpAnnouncer announcer, string procPath = "/proc")
    : IContainerInterfaces
{
    public void Announce(int pid, string prefix) => namespaces.Run(NamespaceOf(pid), () =>
    {
        foreach (Link link in links.List().Where(link => link.Name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            foreach ((string key, string value) in InterfaceSettings.NeighbourCache(link.Name))
            {
                sysctls.Write(key, value);
            }

            foreach (Ipv4Cidr address in addresses.List(link.Name))
            {
                announcer.Announce(link, address.Address);
            }
        }

        return 0;
    });

    private string NamespaceOf(int pid) => string.Create(CultureInfo.InvariantCulture, $"{procPath}/{pid}/ns/net");
}
