using System.Globalization;
using Weave.Linux.Firewall;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Linux.NetNs;
using Weave.Wire.Primitives;

namespace Weave.Linux.Bridge;

/// <summary>Joins a running container to the bridge by hand, and parts them again.</summary>
/// <remarks>Protocol section 7.4. Everything throws <see cref="KernelException"/> or <see cref="FirewallException"/>.</remarks>
public sealed class ContainerAttachment(
    INetworkNamespaces namespaces, ILinks links, IAddresses addresses, IRoutes routes, ISysctls sysctls, IArpAnnouncer announcer, Func<string, IHostPrograms> programsIn)
{
    public const string InterfaceName = "ethwe";
    private static readonly Ipv4Cidr Multicast = Ipv4Cidr.Parse("224.0.0.0/4");

    /// <summary>Gives the container the addresses, making its interface first if it has none. Doing it again changes nothing.</summary>
    /// <param name="pid">A process of the container.</param>
    /// <param name="bridge">What to attach to.</param>
    /// <param name="cidrs">Addresses with the prefix lengths of their subnets.</param>
    /// <param name="multicastRoute">Multicast leaves through us.</param>
    public void Attach(int pid, string bridge, IReadOnlyList<Ipv4Cidr> cidrs, bool multicastRoute)
    {
        string path = PathOf(pid);
        if (new FileInfo(path).LinkTarget == new FileInfo(PathOf(1)).LinkTarget)
        {
            throw new KernelException("Container is running in the host network namespace, and therefore cannot be\nconnected to weave - perhaps the container was started with --net=host");
        }

        if (!namespaces.Run(path, () => links.Find(InterfaceName) is not null))
        {
            Connect(pid, path, bridge);
        }

        Ipv4Cidr[] added = namespaces.Run(path, () => cidrs.Where(cidr => addresses.Add(InterfaceName, cidr)).ToArray());
        AcceptMulticast(path, added);
        namespaces.Run(path, () => FinishAttach(added, multicastRoute));
    }

    /// <summary>Takes addresses away; with the last one goes the interface.</summary>
    public void Detach(int pid, IReadOnlyList<Ipv4Cidr> cidrs)
    {
        string path = PathOf(pid);
        IReadOnlyList<Ipv4Cidr> left = namespaces.Run(path, () =>
        {
            if (links.Find(InterfaceName) is null)
            {
                throw new KernelException($"Link not found: {InterfaceName}");
            }

            foreach (Ipv4Cidr cidr in cidrs)
            {
                addresses.Remove(InterfaceName, cidr);
            }

            return addresses.List(InterfaceName);
        });
        ForgetMulticast(path, cidrs, left);
        if (left.Count == 0)
        {
            namespaces.Run(path, () => links.Delete(InterfaceName));
        }
    }

    private static string PathOf(int pid) => string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/ns/net");

    private void Connect(int pid, string path, string bridge)
    {
        string id = pid.ToString(CultureInfo.InvariantCulture);
        VethSpec veth = new("vethwepl" + id, "vethwepg" + id) { MtuBytes = links.Find(bridge)?.MtuBytes ?? throw new KernelException($"Link not found: {bridge}"), Master = bridge };
        links.CreateVeth(veth);
        try
        {
            (string key, string off) = InterfaceSettings.NoRouterAdvertisements(veth.Name);
            sysctls.Write(key, off); // a kernel without IPv6 believes none either

            using (var target = namespaces.Open(path))
            {
                links.Change(veth.PeerName, new LinkChange { Namespace = target });
            }

            namespaces.Run(path, () => Rename(veth.PeerName));
            links.Change(veth.Name, new LinkChange { Up = true, Hairpin = true });
        }
        catch
        {
            links.Delete(veth.Name);
            throw;
        }

        DropMulticast(path);
    }

    private int Rename(string name)
    {
        links.Change(name, new LinkChange { Name = InterfaceName });
        foreach ((string key, string value) in InterfaceSettings.NeighbourCache(InterfaceName))
        {
            sysctls.Write(key, value);
        }

        return 0;
    }

    private int FinishAttach(Ipv4Cidr[] added, bool multicastRoute)
    {
        links.Change(InterfaceName, new LinkChange { Up = true });
        Link link = links.Find(InterfaceName)!;
        foreach (Ipv4Cidr cidr in added)
        {
            announcer.Announce(link, cidr.Address);
        }

        if (multicastRoute)
        {
            routes.Add(InterfaceName, Multicast);
        }

        return 0;
    }

    // Multicast from subnets that the container is not in must not reach it.
    private void DropMulticast(string path) => Iptables(path, "-A", "INPUT", "-i", InterfaceName, "-d", $"{Multicast}", "-j", "DROP");

    private void AcceptMulticast(string path, Ipv4Cidr[] added)
    {
        foreach (Ipv4Cidr cidr in added)
        {
            string[] rule = AcceptRule(cidr);
            if (programsIn(path).Run("iptables", ["-w", "5", "-C", "INPUT", .. rule]).ExitCode != 0)
            {
                Iptables(path, ["-I", "INPUT", .. rule]);
            }
        }
    }

    private void ForgetMulticast(string path, IReadOnlyList<Ipv4Cidr> gone, IReadOnlyList<Ipv4Cidr> left)
    {
        foreach (Ipv4Cidr cidr in gone.Where(cidr => !left.Any(other => other.Network == cidr.Network && other.PrefixLength == cidr.PrefixLength)))
        {
            programsIn(path).Run("iptables", ["-w", "5", "-D", "INPUT", .. AcceptRule(cidr)]);
        }

        if (left.Count == 0)
        {
            programsIn(path).Run("iptables", ["-w", "5", "-D", "INPUT", "-i", InterfaceName, "-d", $"{Multicast}", "-j", "DROP"]);
        }
    }

    private static string[] AcceptRule(Ipv4Cidr cidr) => ["-i", InterfaceName, "-s", $"{new Ipv4Cidr(cidr.Network, cidr.PrefixLength)}", "-d", $"{Multicast}", "-j", "ACCEPT"];

    private void Iptables(string path, params string[] words)
    {
        ProgramResult result = programsIn(path).Run("iptables", ["-w", "5", .. words]);
        if (result.ExitCode != 0)
        {
            throw new FirewallException($"iptables: {result.Error}");
        }
    }
}
