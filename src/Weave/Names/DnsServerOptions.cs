using System.Net;
using Weave.Daemon;

namespace Weave.Names;

/// <summary>Where and how DNS is served.</summary>
/// <param name="Listen">For UDP and TCP.</param>
/// <param name="Domain">With its final dot.</param>
/// <param name="TtlSeconds">Of every answer.</param>
/// <param name="ServerTimeout">How long one upstream server may take.</param>
internal sealed record DnsServerOptions(IPEndPoint Listen, string Domain, int TtlSeconds, TimeSpan ServerTimeout)
{
    /// <summary>Who is answered; the others hear nothing.</summary>
    internal DnsClients Clients { get; init; } = DnsClients.Anyone;

    internal static DnsServerOptions From(DaemonOptions options, IPEndPoint listen) => new(
        listen,
        Core.Names.NameDatabase.Qualify(options.DnsDomain),
        options.DnsTtlSeconds,
        options.DnsFallbackTimeout);
}
