using System.Diagnostics;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Linux.NetNs;
using Weave.Wire.Primitives;

namespace Weave.Linux.Bridge;

/// <summary>
/// Attaching: 1. veth pair on the bridge; 2. its far end moves into the container and gets its name there;
/// 3. rules, addresses, up, announced; 4. the multicast route, last, because programs wait for it.
/// </summary>
public sealed class ContainerInterfaces(
    INetworkNamespaces namespaces, ILinks links, IAddresses addresses, IRoutes routes, ISysctls sysctls, IArpAnnouncer announcer, string procPath = "/proc")
    : IContainerInterfaces
{
    private const string HostPrefix = "vethwepl";
    private const string GuestPrefix = "vethwepg";

    private static readonly TimeSpan CarrierPatience = TimeSpan.FromSeconds(1);

    private static readonly Ipv4Cidr Multicast = new(new Ipv4Address(0xE000_0000), 4);

    public void Announce(int pid, string prefix) => namespaces.Run(NamespaceOf(pid), () =>
    {
        foreach (Link link in links.List().Where(link => link.Name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            TuneNeighbours(link.Name);
            foreach (Ipv4Cidr address in addresses.List(link.Name))
            {
                announcer.Announce(link, address.Address);
            }
        }

        return 0;
    });

    public void Attach(AttachSpec spec, IContainerRules? rules)
    {
        bool isNew = namespaces.Run(spec.NamespacePath, () => links.Find(spec.Interface)) is null;
        if (isNew)
        {
            CreateInterface(spec);
        }

        List<Ipv4Cidr> added = namespaces.Run(spec.NamespacePath, () => Configure(spec, rules));
        if (isNew)
        {
            WaitForBridge(HostEnd(spec));
        }

        namespaces.Run(spec.NamespacePath, () =>
        {
            Appear(spec, added);
            return 0;
        });
    }

    public void Detach(AttachSpec spec, IContainerRules? rules) => namespaces.Run(spec.NamespacePath, () =>
    {
        foreach (Ipv4Cidr address in spec.Addresses)
        {
            addresses.Remove(spec.Interface, address);
        }

        IReadOnlyList<Ipv4Cidr> left = addresses.List(spec.Interface);
        if (left.Count > 0)
        {
            rules?.Protect(spec.Interface, Subnets(left));
            return 0;
        }

        rules?.Release(spec.Interface);
        links.Delete(spec.Interface);
        return 0;
    });

    public IReadOnlyList<ContainerInterface> OnBridge(string namespacePath, string bridge)
    {
        if (links.Find(bridge) is not { } master)
        {
            return [];
        }

        // The few links of the container are looked up here, not the many of the host there.
        List<Link> found = [.. namespaces.Run(namespacePath, () => links.List())
            .Where(link => link.Kind == "veth" && link.PeerIndex > 0 && links.At(link.PeerIndex)?.MasterIndex == master.Index)];
        return found.Count == 0
            ? []
            : namespaces.Run(namespacePath, () => (IReadOnlyList<ContainerInterface>)[.. found.Select(link => new ContainerInterface(link.Name, link.Mac, addresses.List(link.Name)))]);
    }

    private void CreateInterface(AttachSpec spec)
    {
        Link bridge = links.Find(spec.Bridge)
            ?? throw new KernelException($"bridge \"{spec.Bridge}\" not present; did you launch weave?");
        string host = HostEnd(spec);
        string guest = GuestPrefix + host[HostPrefix.Length..];
        using SafeFileHandle target = namespaces.Open(spec.NamespacePath);
        links.CreateVeth(new VethSpec(host, guest) { MtuBytes = spec.MtuBytes > 0 ? spec.MtuBytes : bridge.MtuBytes, Master = spec.Bridge });
        try
        {
            Set(InterfaceSettings.NoRouterAdvertisements(host));
            Set(InterfaceSettings.NoRouterAdvertisements(guest));
            if (!spec.TransmitChecksum)
            {
                links.DisableTransmitChecksum(guest);
            }

            links.Change(guest, new LinkChange { Namespace = target });
            namespaces.Run(spec.NamespacePath, () =>
            {
                links.Change(guest, new LinkChange { Name = spec.Interface });
                TuneNeighbours(spec.Interface);
                return 0;
            });
            links.Change(host, new LinkChange { Up = true, Hairpin = spec.Hairpin });
        }
        catch
        {
            links.Delete(host);
            throw;
        }
    }

    private static string HostEnd(AttachSpec spec) => HostPrefix + spec.Id[..Math.Min(spec.Id.Length, Link.LongestName - HostPrefix.Length)];

    /// <returns>Addresses that it did not have before.</returns>
    private List<Ipv4Cidr> Configure(AttachSpec spec, IContainerRules? rules)
    {
        List<Ipv4Cidr> added = [.. spec.Addresses.Where(address => addresses.Add(spec.Interface, address))];
        rules?.Protect(spec.Interface, Subnets(addresses.List(spec.Interface)));
        links.Change(spec.Interface, new LinkChange { Up = true });
        return added;
    }

    /// <summary>The bridge drops what a new port sends before it has been told of the carrier, the announcement above all.</summary>
    private void WaitForBridge(string port)
    {
        long began = Stopwatch.GetTimestamp();
        while (links.Find(port) is { Running: false } && Stopwatch.GetElapsedTime(began) < CarrierPatience)
        {
            Thread.Sleep(1);
        }
    }

    private void Appear(AttachSpec spec, List<Ipv4Cidr> added)
    {
        Link link = links.Find(spec.Interface)!;
        foreach (Ipv4Cidr address in added)
        {
            announcer.Announce(link, address.Address);
        }

        if (spec.MulticastRoute)
        {
            routes.Add(spec.Interface, Multicast);
        }
    }

    private void TuneNeighbours(string link)
    {
        foreach ((string Key, string Value) setting in InterfaceSettings.NeighbourCache(link))
        {
            Set(setting);
        }
    }

    private void Set((string Key, string Value) setting) => sysctls.Write(setting.Key, setting.Value);

    private static List<Ipv4Cidr> Subnets(IEnumerable<Ipv4Cidr> of) =>
        [.. of.Select(address => address with { Address = address.Network }).Distinct()];

    private string NamespaceOf(int pid) => string.Create(CultureInfo.InvariantCulture, $"{procPath}/{pid}/ns/net");
}
