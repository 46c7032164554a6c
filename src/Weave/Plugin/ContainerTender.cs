using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Weave.Daemon;
using Weave.Docker;
using Weave.Docker.Model;
using Weave.Linux.Bridge;
using Weave.Linux.Interop;
using Weave.Names;
using Weave.Wire.Primitives;

namespace Weave.Plugin;

/// <summary>
/// Looks after containers that Docker has put on our networks: gives them names, and makes their neighbour caches
/// and ours quick to notice changes. Docker does neither.
/// </summary>
internal sealed class ContainerTender(
    DockerClient docker,
    PluginNetworks networks,
    INameRegistry? names,
    IContainerInterfaces interfaces,
    DaemonOptions options,
    ILogger<ContainerTender> logger)
    : IContainerObserver, IDisposable
{
    private const int MostAtOnce = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, CancellationTokenSource> _tended = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _room = new(MostAtOnce);

    public void OnContainerStarted(string container)
    {
        CancellationTokenSource life = new();
        if (_tended.TryRemove(container, out CancellationTokenSource? former))
        {
            former.Cancel();
        }

        _tended[container] = life;
        _ = Task.Run(() => TendAsync(container, life.Token), CancellationToken.None);
    }

    public void OnContainerDied(string container)
    {
        if (_tended.TryRemove(container, out CancellationTokenSource? life))
        {
            life.Cancel();
        }
    }

    public void OnContainerDestroyed(string container) => OnContainerDied(container);

    public void Dispose() => _room.Dispose();

    private async Task TendAsync(string container, CancellationToken died)
    {
        try
        {
            await _room.WaitAsync(died).ConfigureAwait(false);
            try
            {
                using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(died);
                patience.CancelAfter(Patience);
                if (await docker.Containers.InspectAsync(container, patience.Token).ConfigureAwait(false) is { } details)
                {
                    await TendAsync(details, patience.Token).ConfigureAwait(false);
                }
            }
            finally
            {
                _room.Release();
            }

            if (died.IsCancellationRequested && names is not null)
            {
                // It died while we named it: the database was told of the death before it heard of the names.
                await names.DeleteAsync(container, null, null, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (failure is DockerException or IOException or HttpRequestException or OperationCanceledException)
        {
            if (!died.IsCancellationRequested)
            {
                logger.ContainerNotTended(container, failure.Message);
            }
            else if (names is not null)
            {
                await names.DeleteAsync(container, null, null, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async Task TendAsync(ContainerDetails container, CancellationToken cancel)
    {
        bool ours = false;
        foreach (ContainerEndpoint endpoint in container.NetworkSettings.Networks?.Values ?? [])
        {
            if (networks.Find(endpoint.NetworkID) is not null && Ipv4Address.TryParse(endpoint.IPAddress, out Ipv4Address address))
            {
                ours = true;
                await RegisterAsync(container, endpoint, address, cancel).ConfigureAwait(false);
            }
        }

        if (ours)
        {
            MendHosts(container);
        }

        if (ours && container.State.Pid > 0)
        {
            interfaces.Announce(container.State.Pid, NetworkDriver.ContainerInterface);
        }
    }

    private void MendHosts(ContainerDetails container)
    {
        if (container.HostsPath.Length == 0)
        {
            return;
        }

        string path = options.HostRoot + container.HostsPath;
        try
        {
            if (HostsFile.Mend(path))
            {
                logger.HostsMended(container.Id, path);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            logger.HostsNotMended(container.Id, path, failure.Message);
        }
    }

    private async Task RegisterAsync(ContainerDetails container, ContainerEndpoint endpoint, Ipv4Address address, CancellationToken cancel)
    {
        if (names is null)
        {
            return;
        }

        foreach (string name in ContainerNames.Of(container, endpoint, names.Domain))
        {
            await names.RegisterAsync(container.Id, name, address, cancel).ConfigureAwait(false);
            logger.NameRegistered(container.Id, name, endpoint.IPAddress);
        }
    }
}
