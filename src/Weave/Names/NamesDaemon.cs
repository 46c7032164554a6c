using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weave.Daemon;
using Weave.Linux.Netlink;

namespace Weave.Names;

/// <summary>Serves DNS for as long as the daemon lives. The address is taken when this is made, so that a wrong one ends the start.</summary>
internal sealed class NamesDaemon : IHostedService, IDisposable
{
    private readonly DnsServerOptions _options;
    private readonly ResolvConf _resolvConf;
    private readonly DnsServer _server;
    private readonly ILogger _logger;
    private bool _disposed;

    internal NamesDaemon(DaemonOptions options, NameService names, TimeProvider time, ILogger logger)
    {
        DnsServerOptions chosen = DnsServerOptions.From(options);
        _options = chosen with { Clients = DnsClients.Of(chosen.Listen.Address, new Links(), time) };
        _logger = logger;
        ListenAddress = options.DnsListenAddress;
        ListenHost = ListenAddress[..ListenAddress.LastIndexOf(':')].Trim('[', ']');
        _resolvConf = new ResolvConf(options.ResolvConf, _options.Listen, time);
        UpstreamForwarder upstream = new(_resolvConf, new UpstreamSockets(), _options.ServerTimeout, time);
        _server = new DnsServer(_options, names.Index, upstream, time, logger);
    }

    /// <summary>As it was asked for: host and port.</summary>
    internal string ListenAddress { get; }

    internal string ListenHost { get; }

    internal int TtlSeconds => _options.TtlSeconds;

    /// <summary>Servers that other names are passed on to.</summary>
    internal IReadOnlyList<string> Upstream => [.. _resolvConf.Servers.Select(server => server.Address.ToString())];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _server.Start();
        _logger.ServingDns(_options.Domain, ListenAddress);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Registered under two services, so the container disposes of it twice.
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _server.Dispose();
        }
    }
}
