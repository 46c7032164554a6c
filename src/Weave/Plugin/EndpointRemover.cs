using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;

namespace Weave.Plugin;

/// <summary>
/// Deletes the links of endpoints that Docker gave up, one after the other, after Docker was answered: the kernel waits
/// for all its processors to delete a pair, and whoever runs a container would wait along.
/// </summary>
/// <remarks>
/// In between the pair joins nothing: Docker has moved the other end, down, out of the container. What is left when the
/// daemon is killed <see cref="EndpointTable"/> finds at the next start.
/// </remarks>
internal sealed class EndpointRemover(ILinks links, ILogger<EndpointRemover> logger) : BackgroundService
{
    private readonly Channel<Waiting> _waiting = Channel.CreateUnbounded<Waiting>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>When the daemon ends nobody deletes any more: the next one does.</summary>
    /// <exception cref="PluginException">That is not the id of an endpoint.</exception>
    internal void Remove(string endpoint) =>
        _waiting.Writer.TryWrite(new Waiting(endpoint, EndpointNames.Host(endpoint), EndpointNames.OldHost(endpoint)));

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _waiting.Writer.TryComplete();
        await (ExecuteTask ?? Task.CompletedTask).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (Waiting endpoint in _waiting.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
        {
            Delete(endpoint);
        }
    }

    private void Delete(Waiting endpoint)
    {
        try
        {
            if (!links.Delete(endpoint.Host) && !links.Delete(endpoint.OldHost))
            {
                logger.EndpointNotDeleted(endpoint.Id, $"unable to delete veth \"{endpoint.Host}\": Link not found");
            }
        }
        catch (KernelException failure)
        {
            logger.EndpointNotDeleted(endpoint.Id, failure.Message);
        }
    }

    private readonly record struct Waiting(string Id, string Host, string OldHost);
}
