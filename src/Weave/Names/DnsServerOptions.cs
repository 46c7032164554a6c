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

    /// <exception cref="OptionException">The listen address cannot be understood.</exception>
    internal static DnsServerOptions From(DaemonOptions options) => new(
        ParseListenAddress(options.DnsListenAddress),
        Core.Names.NameDatabase.Qualify(options.DnsDomain),
        options.DnsTtlSeconds,
        options.DnsFallbackTimeout);

    private static IPEndPoint ParseListenAddress(string address)
    {
        string text = address.StartsWith(':') ? "0.0.0.0" + address : address;
        return text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out IPEndPoint? listen)
            ? listen
            : throw new OptionException($"invalid DNS listen address \"{address}\"");
    }
}
