namespace Weave.Daemon;

/// <summary>What the router was asked to do: every option of the original router, with its default. Built once, never changed.</summary>
public sealed partial record DaemonOptions
{
    public string Host { get; init; } = "";
    public int Port { get; init; } = 6783;
    /// <summary>Null when nothing was asked for.</summary>
    public int? MinProtocolVersion { get; init; }

    /// <summary>
    /// The lowest version that is spoken. With a password it is the highest unless another was asked for: one byte of the
    /// header, which nothing protects, would be enough to talk two peers down to version 1.
    /// </summary>
    public int LeastProtocolVersion => MinProtocolVersion ?? (Password is null ? MinProtocol : Math.Min(MaxProtocol, MaxProtocolVersion));


    /// <summary>Lower it to talk to everybody as to a peer of the time before version 2.</summary>
    public int MaxProtocolVersion { get; init; } = 2;

    public bool Resume { get; init; }

    /// <summary>A file that is there when this very container ran before: it was restarted, not launched. Empty outside of one.</summary>
    public string RestartMark { get; init; } = "";

    public string? Name { get; init; }
    public string? Nickname { get; init; }
    public string? Password { get; init; }
    public string LogLevel { get; init; } = "info";
    public bool LogJson { get; init; }
    public bool PacketDebug { get; init; }
    public string ProfilePath { get; init; } = "";
    public int ConnectionLimit { get; init; } = 200;
    public bool Discovery { get; init; } = true;

    /// <summary>0 finds it out by itself.</summary>
    public int MtuBytes { get; init; }

    public int CaptureBufferMegabytes { get; init; } = 8;
    public string HttpAddress { get; init; } = "";
    public string StatusAddress { get; init; } = "";
    public string MetricsAddress { get; init; } = "";
    public string IpAllocationInit { get; init; } = "";
    public string IpAllocationRange { get; init; } = "";
    public string IpAllocationDefaultSubnet { get; init; } = "";
    public string DockerApi { get; init; } = "unix:///var/run/docker.sock";
    public bool Dns { get; init; } = true;
    public string DnsDomain { get; init; } = "weave.local.";
    public string DnsListenAddress { get; init; } = "0.0.0.0:53";
    public int DnsTtlSeconds { get; init; } = 1;
    public TimeSpan DnsFallbackTimeout { get; init; } = TimeSpan.FromSeconds(5);
    public string ResolvConf { get; init; } = "";
    public string Datapath { get; init; } = "";
    public bool FastDatapath { get; init; } = true;
    public bool BridgedFastDatapath { get; init; } = true;
    public string WeaveBridge { get; init; } = "weave";
    public string DockerBridge { get; init; } = "";
    public IReadOnlyList<string> TrustedSubnets { get; init; } = [];
    public string DatabasePrefix { get; init; } = "/weavedb/weave";
    public string ProcPath { get; init; } = "/proc";
    public string HostRoot { get; init; } = "";
    public bool AwsVpc { get; init; }
    public bool ExpectNpc { get; init; }
    public bool NoMasqueradeLocal { get; init; }
    public bool Plugin { get; init; }
    public bool PluginV2 { get; init; }
    public bool PluginV2Multicast { get; init; }
    public string PluginSocket { get; init; } = "/run/docker/plugins/weave.sock";
    public string PluginMeshSocket { get; init; } = "/run/docker/plugins/weavemesh.sock";
    public ProxyOptions Proxy { get; init; } = new();
    public string DiscoveryUrl { get; init; } = "https://cloud.weave.works/api/net";
    public string? DiscoveryToken { get; init; }
    public string? AdvertiseAddress { get; init; }

    /// <summary>Flags that were given, secrets blotted out, for the log.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Given { get; init; } = [];

    /// <summary>Initial targets, <c>host</c> or <c>host:port</c>.</summary>
    public IReadOnlyList<string> Peers { get; init; } = [];
}
