using System.Globalization;
using Weave.Daemon;

namespace Weave.Cli.Flags;

/// <summary>Every flag of the router: names, defaults and help are the original's; ours are marked.</summary>
/// <remarks>Protocol section 7.5.</remarks>
internal static class RouterFlags
{
    private static readonly DaemonOptions Defaults = new();

    internal static readonly FlagSet<RouterInvocation> Set = new([
        new("version", true, "", "print version and exit", (to, v) => to with { ShowVersion = GoValues.Bool(v) }),
        new("print-peer-name", true, "", "print peer name and exit", (to, v) => to with { ShowPeerName = GoValues.Bool(v) }),
        .. Router(), .. Http(), .. Allocator(), .. Names(), .. Overlay(), .. Host(), .. Docker(), .. Proxy()]);

    private static IEnumerable<Flag<RouterInvocation>> Router() =>
    [
        Text("host", Defaults.Host, "router host", (o, v) => o with { Host = v }),
        Number("port", Defaults.Port, "router port", (o, v) => o with { Port = v }),
        Number("min-protocol-version", DaemonOptions.MinProtocol, "minimum weave protocol version", (o, v) => o with { MinProtocolVersion = v }),
        Number("max-protocol-version", Defaults.MaxProtocolVersion, "maximum weave protocol version", (o, v) => o with { MaxProtocolVersion = v }), // ours
        Switch("resume", "resume connections to previous peers", (o, v) => o with { Resume = v }),
        Text("name", "", "name of router (defaults to MAC of interface)", (o, v) => o with { Name = OrNull(v) }),
        Text("nickname", "", "nickname of peer (defaults to hostname)", (o, v) => o with { Nickname = OrNull(v) }),
        Text("password", "", "network password", (o, v) => o with { Password = OrNull(v) }),
        Text("log-level", Defaults.LogLevel, "logging level (debug, info, warning, error)", (o, v) => o with { LogLevel = v }),
        Switch("log-json", "log one JSON object per line", (o, v) => o with { LogJson = v }), // ours
        Switch("pkt-debug", "enable per-packet debug logging", (o, v) => o with { PacketDebug = v }),
        Text("profile", "", "enable profiling and write profiles to given path", (o, v) => o with { ProfilePath = v }),
        Number("conn-limit", Defaults.ConnectionLimit, "connection limit (0 for unlimited)", (o, v) => o with { ConnectionLimit = v }),
        Switch("no-discovery", "disable peer discovery", (o, v) => o with { Discovery = !v }),
        Text("trusted-subnets", "", "comma-separated list of trusted subnets in CIDR notation", (o, v) => o with { TrustedSubnets = List(v) }),
        Text("db-prefix", Defaults.DatabasePrefix, "pathname/prefix of filename to store data", (o, v) => o with { DatabasePrefix = v }),
        Text("peer-discovery-url", Defaults.DiscoveryUrl, "url for peer discovery", (o, v) => o with { DiscoveryUrl = v }),
        Text("token", "", "token for peer discovery", (o, v) => o with { DiscoveryToken = OrNull(v) }),
        Text("advertise-address", "", "address to advertise for peer discovery", (o, v) => o with { AdvertiseAddress = OrNull(v) }),
    ];

    private static IEnumerable<Flag<RouterInvocation>> Http() =>
    [
        Text("http-addr", "", "address to bind HTTP interface to (disabled if blank, absolute path indicates unix domain socket)", (o, v) => o with { HttpAddress = v }),
        Text("status-addr", "", "address to bind status+metrics interface to (disabled if blank, absolute path indicates unix domain socket)", (o, v) => o with { StatusAddress = v }),
        Text("metrics-addr", "", "address to bind metrics interface to (disabled if blank, absolute path indicates unix domain socket)", (o, v) => o with { MetricsAddress = v }),
    ];

    private static IEnumerable<Flag<RouterInvocation>> Allocator() =>
    [
        Text("ipalloc-init", "", "allocator initialisation strategy (consensus, seed or observer)", (o, v) => o with { IpAllocationInit = v }),
        Text("ipalloc-range", "", "IP address range reserved for automatic allocation, in CIDR notation", (o, v) => o with { IpAllocationRange = v }),
        Text("ipalloc-default-subnet", "", "subnet to allocate within by default, in CIDR notation", (o, v) => o with { IpAllocationDefaultSubnet = v }),
    ];

    private static IEnumerable<Flag<RouterInvocation>> Names() =>
    [
        Switch("no-dns", "disable DNS server", (o, v) => o with { Dns = !v }),
        Text("dns-domain", Defaults.DnsDomain, "local domain to server requests for", (o, v) => o with { DnsDomain = v }),
        Text("dns-listen-address", Defaults.DnsListenAddress, "address to listen on for DNS requests", (o, v) => o with { DnsListenAddress = v }),
        Number("dns-ttl", Defaults.DnsTtlSeconds, "TTL for DNS request from our domain", (o, v) => o with { DnsTtlSeconds = v }),
        Option("dns-fallback-timeout", "5s", "timeout for fallback DNS requests", (o, v) => o with { DnsFallbackTimeout = GoValues.Duration(v) }),
        Text("resolv-conf", Defaults.ResolvConf, "path to resolver configuration for fallback DNS lookups", (o, v) => o with { ResolvConf = v }),
    ];

    private static IEnumerable<Flag<RouterInvocation>> Overlay() =>
    [
        Number("bufsz", Defaults.CaptureBufferMegabytes, "capture buffer size in MB", (o, v) => o with { CaptureBufferMegabytes = v }),
        Number("mtu", Defaults.MtuBytes, "MTU size", (o, v) => o with { MtuBytes = v }),
        Text("datapath", "", "ODP datapath name", (o, v) => o with { Datapath = v }),
        Switch("no-fastdp", "Disable Fast Datapath", (o, v) => o with { FastDatapath = !v }),
        Switch("no-bridged-fastdp", "Disable Bridged Fast Datapath", (o, v) => o with { BridgedFastDatapath = !v }),
        Switch("awsvpc", "use AWS VPC for routing", (o, v) => o with { AwsVpc = v }),
    ];

    private static IEnumerable<Flag<RouterInvocation>> Host() =>
    [
        Text("weave-bridge", Defaults.WeaveBridge, "name of weave bridge", (o, v) => o with { WeaveBridge = v }),
        Text("docker-bridge", "", "name of Docker bridge", (o, v) => o with { DockerBridge = v }),
        Switch("expect-npc", "set up iptables rules for npc", (o, v) => o with { ExpectNpc = v }),
        Switch("no-masq-local", "do not SNAT external traffic sent to containers running on this node", (o, v) => o with { NoMasqueradeLocal = v }),
        Text("proc-path", Defaults.ProcPath, "path to reach host /proc filesystem", (o, v) => o with { ProcPath = v }),
        Text("host-root", "", "path to reach host filesystem", (o, v) => o with { HostRoot = v }),
    ];

    private static IEnumerable<Flag<RouterInvocation>> Docker() =>
    [
        Text("docker-api", Defaults.DockerApi, "Docker API endpoint", (o, v) => o with { DockerApi = v }),
        Switch("plugin", "enable Docker plugin (v1)", (o, v) => o with { Plugin = v }),
        Switch("plugin-v2", "enable Docker plugin (v2)", (o, v) => o with { PluginV2 = v }),
        Switch("plugin-v2-multicast", "enable multicast for Docker plugin (v2)", (o, v) => o with { PluginV2Multicast = v }),
        Text("plugin-socket", Defaults.PluginSocket, "plugin socket on which to listen", (o, v) => o with { PluginSocket = v }),
        Text("plugin-mesh-socket", Defaults.PluginMeshSocket, "plugin socket on which to listen in mesh mode", (o, v) => o with { PluginMeshSocket = v }),
    ];

    private static IEnumerable<Flag<RouterInvocation>> Proxy() =>
    [
        Switch("proxy", "instruct Weave Net to start its Docker proxy", (o, v) => Of(o, o.Proxy with { Enabled = v })),
        Option("H", "[]", "addresses on which to listen for Docker proxy", (o, v) => Of(o, o.Proxy with { Listen = [.. o.Proxy.Listen, v] })),
        Text("hostname-from-label", "", "Key of container label from which to obtain the container's hostname", (o, v) => Of(o, o.Proxy with { HostnameFromLabel = v })),
        Text("hostname-match", "(.*)", "Regexp pattern to apply on container names (e.g. '^aws-[0-9]+-(.*)$')", (o, v) => Of(o, o.Proxy with { HostnameMatch = v })),
        Text("hostname-replacement", "$1", "Expression to generate hostnames based on matches from --hostname-match (e.g. 'my-app-$1')", (o, v) => Of(o, o.Proxy with { HostnameReplacement = v })),
        Switch("rewrite-inspect", "Rewrite 'inspect' calls to return the weave network settings (if attached)", (o, v) => Of(o, o.Proxy with { RewriteInspect = v })),
        Switch("no-default-ipalloc", "proxy: do not automatically allocate addresses for containers without a WEAVE_CIDR", (o, v) => Of(o, o.Proxy with { DefaultAllocation = !v })),
        Switch("no-rewrite-hosts", "proxy: do not automatically rewrite /etc/hosts. Use if you need the docker IP to remain in /etc/hosts", (o, v) => Of(o, o.Proxy with { RewriteHosts = !v })),
        Text("tlscacert", "", "Trust certs signed only by this CA", (o, v) => Of(o, o.Proxy with { TlsCaCertificate = v })),
        Text("tlscert", "", "Path to TLS certificate file", (o, v) => Of(o, o.Proxy with { TlsCertificate = v })),
        Switch("tls", "Use TLS; implied by --tlsverify", (o, v) => Of(o, o.Proxy with { Tls = v })),
        Text("tlskey", "", "Path to TLS key file", (o, v) => Of(o, o.Proxy with { TlsKey = v })),
        Switch("tlsverify", "Use TLS and verify the remote", (o, v) => Of(o, o.Proxy with { TlsVerify = v })),
        Switch("without-dns", "proxy: instruct created containers to never use weaveDNS as their nameserver", (o, v) => Of(o, o.Proxy with { WithoutDns = v })),
        Switch("no-multicast-route", "proxy: do not add a multicast route via the weave interface when attaching containers", (o, v) => Of(o, o.Proxy with { MulticastRoute = !v })),
    ];

    private static DaemonOptions Of(DaemonOptions options, ProxyOptions proxy) => options with { Proxy = proxy };

    private static Flag<RouterInvocation> Option(string name, string shown, string help, Func<DaemonOptions, string, DaemonOptions> apply) =>
        new(name, false, shown, help, (to, v) => to with { Options = apply(to.Options, v) });

    private static Flag<RouterInvocation> Text(string name, string shown, string help, Func<DaemonOptions, string, DaemonOptions> apply) =>
        Option(name, shown, help, apply);

    private static Flag<RouterInvocation> Number(string name, int shown, string help, Func<DaemonOptions, int, DaemonOptions> apply) =>
        Option(name, shown.ToString(CultureInfo.InvariantCulture), help, (o, v) => apply(o, GoValues.Int(v)));

    private static Flag<RouterInvocation> Switch(string name, string help, Func<DaemonOptions, bool, DaemonOptions> apply) =>
        new(name, true, "", help, (to, v) => to with { Options = apply(to.Options, GoValues.Bool(v)) });

    private static string? OrNull(string text) => text.Length == 0 ? null : text;

    private static string[] List(string text) => text.Length == 0 ? [] : text.Split(',');
}
