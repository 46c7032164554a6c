using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weave.Api;
using Weave.Daemon;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Status;
using Weave.Wire.Primitives;

namespace Weave.Names;

/// <summary>
/// Serves DNS for as long as the daemon lives, where <see cref="DnsPlace"/> says: the server moves when the address does.
/// A first address that cannot be had ends the start.
/// </summary>
internal sealed class NamesDaemon : IHostedService, IDisposable
{
    private const string Problem = "dns";

    /// <summary>dockerd takes the old address off its bridge before it gives it the new one.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    private readonly DaemonOptions _daemon;
    private readonly DnsPlace _place;
    private readonly NameService _names;
    private readonly HostAddresses _host;
    private readonly IAddresses _addresses;
    private readonly DnsAddresses _served;
    private readonly ProblemBoard _problems;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ResolvConf _resolvConf;
    private readonly UpstreamForwarder _upstream;
    private readonly ITimer _later;
    private readonly Lock _gate = new();
    private volatile DnsServer _server;
    private volatile IPEndPoint _listen;
    private bool _disposed;

    internal NamesDaemon(
        DaemonOptions options, NameService names, HostAddresses host, IAddresses addresses, DnsAddresses served, ProblemBoard problems, TimeProvider time, ILogger logger)
    {
        _daemon = options;
        _place = DnsPlace.Parse(options.DnsListenAddress);
        _names = names;
        _host = host;
        _addresses = addresses;
        _served = served;
        _problems = problems;
        _time = time;
        _logger = logger;
        _listen = _place.Among(host.Current) ?? OwnPlace();
        _resolvConf = new ResolvConf(options.ResolvConf, new OwnServers(() => _listen, () => host.Current).Contains, time);
        _upstream = new UpstreamForwarder(_resolvConf, new UpstreamSockets(), options.DnsFallbackTimeout, time);
        _server = Serve(_listen);
        _served.ServedAt(_listen, _place.Link);
        _later = time.CreateTimer(_ => Move(mayFallBack: true), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Host and port, as they are at present.</summary>
    internal string ListenAddress => _place.Link.Length == 0 ? _daemon.DnsListenAddress : _listen.ToString();

    internal string ListenHost => ListenAddress[..ListenAddress.LastIndexOf(':')].Trim('[', ']');

    /// <summary>For UDP and TCP, as the kernel knows it.</summary>
    internal IPEndPoint LocalEndPoint => _server.LocalEndPoint;

    internal int TtlSeconds => _daemon.DnsTtlSeconds;

    /// <summary>Servers that other names are passed on to.</summary>
    internal IReadOnlyList<string> Upstream => [.. _resolvConf.Servers.Select(server => server.Address.ToString())];

    /// <summary>Ends when this service stops, and else not.</summary>
    internal Task Accepting => _server.Accepting;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _server.Start();
        _logger.ServingDns(_names.Domain, ListenAddress);
        if (_place.Link.Length > 0)
        {
            _host.Follow(_ => Move(mayFallBack: false));
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Registered under two services, so the container disposes of it twice.
    public void Dispose()
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _disposed = true;
                _later.Dispose();
                _server.Dispose();
            }
        }
    }

    private DnsServer Serve(IPEndPoint listen)
    {
        DnsServerOptions options = DnsServerOptions.From(_daemon, listen);
        return new DnsServer(
            Ipv4Address.TryParse(listen.Address.ToString(), out Ipv4Address own) ? options with { Clients = new DnsClients(own, _host) } : options,
            _names.Index,
            _upstream,
            _time,
            _logger);
    }

    private void Move(bool mayFallBack)
    {
        lock (_gate)
        {
            IReadOnlyList<LocalAddress> host = _host.Current;
            IPEndPoint? wanted = _place.Among(host);
            if (_disposed || _listen.Equals(wanted) || (wanted is null && _listen.Equals(_place.At(DnsFallback.Own))))
            {
                return;
            }

            if (mayFallBack || host.Any(own => own.Link == _place.Link))
            {
                MoveTo(wanted ?? OwnPlace());
            }
            else
            {
                Again(Grace); // the address that is missing may be on its way
            }
        }
    }

    private void MoveTo(IPEndPoint wanted)
    {
        try
        {
            DnsServer server = Serve(wanted);
            DnsServer former = _server;
            _server = server;
            _listen = wanted;
            server.Start();
            former.Dispose();
            _served.ServedAt(wanted, _place.Link);
            _problems.Clear(Problem);
            _logger.DnsMoved(wanted.ToString());
        }
        catch (OptionException refused)
        {
            _problems.Raise(Problem, "", $"names should be served at {wanted} now: {refused.Message}");
            Again(Grace);
        }
    }

    private void Again(TimeSpan after)
    {
        if (!_disposed)
        {
            _later.Change(after, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>An address of ours that no network has.</summary>
    private IPEndPoint OwnPlace()
    {
        try
        {
            _addresses.Add("lo", DnsFallback.Own, hostOnly: true);
        }
        catch (KernelException reason)
        {
            _problems.Raise(Problem, "", $"there is no bridge of Docker's to serve names at, and no address of our own: {reason.Message}");
        }

        return _place.At(DnsFallback.Own);
    }
}
