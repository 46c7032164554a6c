using Microsoft.Extensions.Logging;
using Weave.Core.Firewall;
using Weave.Daemon;
using Weave.Linux.Bpf;
using Weave.Linux.Firewall;
using Weave.Linux.Netlink;
using Weave.Wire.Primitives;

namespace Weave.Firewall;

/// <summary>
/// Looks whether the host has rules for frames between containers, and if so sends these over the bridge, where they are
/// asked. What is read when rules have changed costs; the detour itself is renewed at each look, as it is lost with the tables.
/// </summary>
internal sealed class ProhibitionWatch(DaemonOptions options, ILinks links, IAddresses addresses, IBridgeDetour detour, ILogger<ProhibitionWatch> logger)
{
    private BridgedFrames _frames;
    private string? _because;

    /// <summary>A word that changes with all that decides but the rules.</summary>
    internal string Stamp() => $"{ShownToIp("iptables")} {ShownToIp("ip6tables")}";

    /// <summary>Reads the rules.</summary>
    /// <returns>Some frames pass the bridge because of them.</returns>
    internal bool Judge(FirewallState own, IFirewall firewall)
    {
        if (!options.FastDatapath || options.ExpectNpc)
        {
            return false; // nothing skips the bridge
        }

        OtherRules others = firewall.SaveOthers();
        BridgedTraffic traffic = Traffic();
        string? any = InIptables(ShownToIp("iptables"), [own, FirewallState.Parse(others.Iptables)], traffic)
            ?? NftProhibitions.Find(others.Nft, traffic, ShownToIp("iptables"), ipv6: false);
        string? ipv6 = any
            ?? InIptables(ShownToIp("ip6tables"), others.Ip6tables.Select(FirewallState.Parse), traffic)
            ?? NftProhibitions.Find(others.Nft, traffic, ShownToIp("ip6tables"), ipv6: true);
        _frames = any is not null ? BridgedFrames.All : ipv6 is not null ? BridgedFrames.Ipv6 : BridgedFrames.None;
        Tell(any ?? ipv6);
        return _frames != BridgedFrames.None;
    }

    /// <exception cref="Linux.Interop.KernelException">The tables refused.</exception>
    internal void Renew() => detour.Take(_frames);

    private static string? InIptables(bool shown, IEnumerable<FirewallState> states, BridgedTraffic traffic) =>
        shown ? states.Select(state => IptablesProhibitions.Find(state, traffic)).FirstOrDefault(rule => rule is not null) : null;

    private void Tell(string? because)
    {
        if (because == _because)
        {
            return;
        }

        _because = because;
        if (because is null)
        {
            logger.SkipsBridge(options.WeaveBridge);
        }
        else
        {
            logger.PassesBridge(_frames == BridgedFrames.All ? "All frames" : "IPv6 frames", options.WeaveBridge, because);
        }
    }

    private BridgedTraffic Traffic()
    {
        IReadOnlyList<Link> all = links.List();
        int bridge = all.FirstOrDefault(link => link.Name == options.WeaveBridge)?.Index ?? 0;
        List<Ipv4Cidr> containers = [.. (bridge == 0 ? [] : addresses.List(options.WeaveBridge)).Select(address => new Ipv4Cidr(address.Network, address.PrefixLength))];
        if (Ipv4Cidr.TryParse(options.IpAllocationRange, out Ipv4Cidr range))
        {
            containers.Add(range);
        }

        return new BridgedTraffic
        {
            Bridge = options.WeaveBridge,
            Ports = all.Where(link => link.MasterIndex == bridge && bridge != 0).Select(link => link.Name).ToHashSet(),
            Containers = containers,
            Elsewhere =
            [
                .. all.Where(link => link.Index != bridge && link.MasterIndex != bridge && link.Kind != "veth").SelectMany(link => addresses.List(link.Name))
                    .Select(address => new Ipv4Cidr(address.Network, address.PrefixLength)).Where(subnet => !containers.Any(subnet.Overlaps))
            ],
        };
    }

    /// <summary>br_netfilter shows what passes bridges to the rules for IP.</summary>
    private bool ShownToIp(string whose) => IsOn($"{options.ProcPath}/sys/net/bridge/bridge-nf-call-{whose}") || IsOn($"/sys/class/net/{options.WeaveBridge}/bridge/nf_call_{whose}");

    private static bool IsOn(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim() is not "0";
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return false; // the module is not there
        }
    }
}
