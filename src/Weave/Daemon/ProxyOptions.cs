namespace Weave.Daemon;

/// <summary>Options of the Docker API proxy. Accepted as by the original; see docs/compatibility.md for what acts on them.</summary>
public sealed record ProxyOptions
{
    public bool Enabled { get; init; }

    /// <summary>Addresses, <c>[tcp://]host:port</c> or <c>[unix://]/path</c>.</summary>
    public IReadOnlyList<string> Listen { get; init; } = [];

    public string HostnameFromLabel { get; init; } = "";
    public string HostnameMatch { get; init; } = "(.*)";
    public string HostnameReplacement { get; init; } = "$1";
    public bool RewriteInspect { get; init; }
    public bool DefaultAllocation { get; init; } = true;
    public bool RewriteHosts { get; init; } = true;
    public string TlsCaCertificate { get; init; } = "";
    public string TlsCertificate { get; init; } = "";
    public string TlsKey { get; init; } = "";
    public bool Tls { get; init; }
    public bool TlsVerify { get; init; }
    public bool WithoutDns { get; init; }
    public bool MulticastRoute { get; init; } = true;
}
