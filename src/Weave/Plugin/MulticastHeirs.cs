using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weave.Daemon;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Linux.NetNs;
using Weave.Wire.Primitives;

namespace Weave.Plugin;

/// <summary>
/// Gives a running container its route for multicast anew when the network that carried it is disconnected: Docker sets
/// routes when an endpoint joins, and takes this one away with the interface.
/// </summary>
/// <remarks>The interface goes after Docker's call, so we look again until the old route is gone.</remarks>
internal sealed class MulticastHeirs(
    MulticastRoutes routes, ILinks links, IRoutes kernel, INetworkNamespaces namespaces, DaemonOptions options, TimeProvider time, ILogger<MulticastHeirs> logger)
    : BackgroundService
{
    internal static readonly Ipv4Cidr Multicast = Ipv4Cidr.Parse("224.0.0.0/4");

    private const int MostTries = 25;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Channel<(string Sandbox, string Endpoint)> _heirs = Channel.CreateUnbounded<(string, string)>(new UnboundedChannelOptions { SingleReader = true });

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        routes.HandedOn += (sandbox, endpoint) => _heirs.Writer.TryWrite((sandbox, endpoint));
        routes.KeepOnly(endpoint => links.Find(EndpointNames.Host(endpoint)) is not null);
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach ((string sandbox, string endpoint) in _heirs.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
            {
                await GiveAsync(sandbox, endpoint, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The daemon is stopping.
        }
    }

    private async Task GiveAsync(string sandbox, string endpoint, CancellationToken stop)
    {
        for (int tries = 0; tries < MostTries && links.Find(EndpointNames.Host(endpoint)) is { } port; tries++)
        {
            try
            {
                if (namespaces.Run(OnHost(sandbox), () => Ensure(port.PeerIndex)))
                {
                    return;
                }
            }
            catch (KernelException failure)
            {
                logger.MulticastNotHandedOn(endpoint, failure.Message);
                return; // it ended, or lies where we cannot reach it
            }

            await Task.Delay(Pause, time, stop).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Docker names sandboxes below /var/run, which is a link to /run on most hosts; followed from our own root it would lead
    /// to ours and not the host's.
    /// </summary>
    private string OnHost(string sandbox)
    {
        const string Linked = "/var/run/";
        string direct = sandbox.StartsWith(Linked, StringComparison.Ordinal) ? $"{options.HostRoot}/run/{sandbox[Linked.Length..]}" : "";
        return File.Exists(direct) ? direct : options.HostRoot + sandbox;
    }

    /// <returns>The container has its route.</returns>
    private bool Ensure(int index)
    {
        Route? there = kernel.List().FirstOrDefault(route => route.Destination == Multicast);
        if (there is null && links.List().FirstOrDefault(link => link.Index == index) is { } link)
        {
            kernel.Add(link.Name, Multicast);
            return true;
        }

        return there?.LinkIndex == index;
    }
}
