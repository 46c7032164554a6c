using System.Globalization;

namespace Weave.Core.Firewall;

/// <summary>The rules of this host, as data.</summary>
/// <remarks>Protocol section 7.4; the order in FORWARD matters.</remarks>
public static class FirewallRules
{
    private const string Multicast = "224.0.0.0/4";
    private static readonly string[] DnsProtocols = ["udp", "tcp"];
    private static readonly (string Chain, IReadOnlyList<string> Rules)[] NoChains = [];
    private static readonly (string Chain, string Rule)[] NoRules = [];

    /// <summary>The tables that we touch: filter, nat, mangle, raw.</summary>
    public static IReadOnlyList<FirewallTable> For(FirewallSpec spec) => [Filter(spec), Nat(spec), Mangle(spec), Raw(spec)];

    private static FirewallTable Filter(FirewallSpec spec) => new("filter")
    {
        Own = spec.ExpectPolicy
            ? [(FirewallNames.CanaryChain, [])]
            : [(FirewallNames.CanaryChain, []), (FirewallNames.ExposeChain, [.. spec.Exposures.Select(exposure => $"-d {exposure.Subnet} -j ACCEPT").Distinct()])],
        Shared = spec.ExpectPolicy ? [FirewallNames.PolicyChain, FirewallNames.PolicyEgressChain] : [],
        Anywhere = [.. Input(spec).Select(rule => ("INPUT", rule))],
        InForward = [.. Forward(spec)],
    };

    private static FirewallTable Nat(FirewallSpec spec) => new("nat")
    {
        Own = [(FirewallNames.CanaryChain, []), (FirewallNames.NatChain, [.. Masquerade(spec)]), .. spec.Dns is { } dns ? [(FirewallNames.DnsChain, [.. Redirect(dns)])] : NoChains],
        Anywhere = [("POSTROUTING", $"-j {FirewallNames.NatChain}"), .. spec.Dns is null ? NoRules : [("PREROUTING", $"-j {FirewallNames.DnsChain}")]],
    };

    private static FirewallTable Mangle(FirewallSpec spec) => spec.ContainerBridges.Count == 0
        ? new("mangle") { Own = [(FirewallNames.CanaryChain, [])] }
        : new("mangle") { Own = [(FirewallNames.CanaryChain, []), .. DoorRules.Chains(spec)], Anywhere = [.. DoorRules.Jumps(spec)] };

    private static FirewallTable Raw(FirewallSpec spec)
    {
        string port = string.Create(CultureInfo.InvariantCulture, $"-p udp -m udp --dport {spec.Port + 1}");
        return spec.UntrackedTunnel
            ? new("raw")
            {
                Own = [(FirewallNames.TunnelChain, ["-j CT --notrack"])],
                // What is for other hosts behind this one may be translated, for which it has to be tracked.
                Anywhere = [("PREROUTING", $"{port} -m addrtype --dst-type LOCAL -j {FirewallNames.TunnelChain}"), ("OUTPUT", $"{port} -j {FirewallNames.TunnelChain}")],
            }
            : new("raw") { Retired = [FirewallNames.TunnelChain] };
    }

    private static IEnumerable<string> Input(FirewallSpec spec)
    {
        if (spec.DockerBridge.Length > 0)
        {
            foreach ((string protocol, int port) in new[] { ("tcp", spec.Port), ("udp", spec.Port), ("udp", spec.Port + 1) })
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"-d {spec.DockerBridgeAddress}/32 -i {spec.DockerBridge} -p {protocol} -m {protocol} --dport {port} -j DROP");
            }

            yield return $"-i {spec.DockerBridge} -p udp -m udp --dport 53 -j ACCEPT";
            yield return $"-i {spec.DockerBridge} -p tcp -m tcp --dport 53 -j ACCEPT";
        }

        if (spec.DnsBridge.Length > 0)
        {
            yield return $"-i {spec.DnsBridge} -p udp -m udp --dport 53 -j ACCEPT";
            yield return $"-i {spec.DnsBridge} -p tcp -m tcp --dport 53 -j ACCEPT";
        }

        if (spec.ControlPort is { } control)
        {
            yield return Door(control, "control");
        }

        foreach (int port in spec.StatusPorts.Where(port => port != spec.ControlPort).Distinct())
        {
            yield return Door(port, "status");
        }

        if (spec.ExpectPolicy)
        {
            yield return $"-i {spec.WeaveBridge} -j {FirewallNames.PolicyEgressChain}";
        }
    }

    /// <summary>Other hosts reach 127.0.0.1 where route_localnet is on, as Docker without its user-space proxy turns it on.</summary>
    private static string Door(int port, string what) => string.Create(
        CultureInfo.InvariantCulture,
        $"-d 127.0.0.1/32 -p tcp -m tcp --dport {port} -m addrtype ! --src-type LOCAL -m conntrack ! --ctstate RELATED,ESTABLISHED -m comment --comment \"{FirewallNames.DoorRemark} {what} port\" -j DROP");

    private static IEnumerable<string> Forward(FirewallSpec spec)
    {
        string weave = spec.WeaveBridge;
        if (spec.DockerBridge.Length > 0 && spec.DockerBridge != weave)
        {
            yield return $"-i {spec.DockerBridge} -o {weave} -j DROP";
        }

        if (spec.ExpectPolicy)
        {
            const string Remark = "-m comment --comment \"NOTE: this must go before '-j KUBE-FORWARD'\"";
            yield return $"-i {weave} {Remark} -j {FirewallNames.PolicyEgressChain}";
            yield return $"-o {weave} {Remark} -j {FirewallNames.PolicyChain}";
            yield return $"-o {weave} -m state --state NEW -j NFLOG --nflog-group 86";
            yield return $"-o {weave} -j DROP";
        }
        else
        {
            yield return $"-i {weave} -o {weave} -j ACCEPT";
            yield return $"-o {weave} -j {FirewallNames.ExposeChain}";
        }

        yield return $"-i {weave} ! -o {weave} -j ACCEPT";
        yield return $"-o {weave} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT";
    }

    private static IEnumerable<string> Redirect(DnsRedirection dns) =>
        from former in dns.Former
        from protocol in DnsProtocols
        select string.Create(CultureInfo.InvariantCulture, $"-d {former}/32 -p {protocol} -m {protocol} --dport {dns.Port} -j DNAT --to-destination {dns.Present}:{dns.Port}");

    private static IEnumerable<string> Masquerade(FirewallSpec spec)
    {
        if (spec.NoMasqueradeLocal)
        {
            yield return $"-m set --match-set {FirewallNames.LocalSet} dst -m comment --comment \"Prevent SNAT to locally running containers\" -j RETURN";
        }

        foreach (var subnet in spec.Exposures.Where(exposure => exposure.Masquerade).Select(exposure => exposure.Subnet).Distinct())
        {
            yield return $"-s {subnet} -d {Multicast} -j RETURN";
            yield return $"! -s {subnet} -d {subnet} -j MASQUERADE";
            yield return $"-s {subnet} ! -d {subnet} -j MASQUERADE";
        }
    }
}
