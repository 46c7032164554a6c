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

    private readonly ConcurrentDictionary<string, Life> _tended = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _room = new(MostAtOnce);

    /// <summary>One that we tend already is told of again when we have missed something.</summary>
    public void OnContainerStarted(string container) => Tend(container, _tended.AddOrUpdate(
        container, _ => new Life(), (_, life) => life.Died.IsCancellationRequested ? new Life { Work = life.Work } : life));

    public void OnContainerChanged(string container)
    {
        if (_tended.TryGetValue(container, out Life? life) && !life.Died.IsCancellationRequested)
        {
            Tend(container, life);
        }
    }

    public void OnContainerDied(string container)
    {
        if (_tended.TryGetValue(container, out Life? life))
        {
            // Kept until the look at it has ended: what that takes back must not be what its next life is given.
            life.Died.Cancel();
            life.Work.ContinueWith(
                _ => _tended.TryRemove(KeyValuePair.Create(container, life)), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    public void OnContainerDestroyed(string container) => OnContainerDied(container);

    public void Dispose() => _room.Dispose();

    private void Tend(string container, Life life)
    {
        Task former = life.Work;
        life.Work = Task.Run(() => AfterAsync(former, container, life), CancellationToken.None);
    }

    /// <summary>One look after the other: the later one is right.</summary>
    private async Task AfterAsync(Task former, string container, Life life)
    {
        await former.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await TendAsync(container, life).ConfigureAwait(false);
    }

    private async Task TendAsync(string container, Life life)
    {
        CancellationToken died = life.Died.Token;
        try
        {
            await _room.WaitAsync(died).ConfigureAwait(false);
            try
            {
                using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(died);
                patience.CancelAfter(Patience);
                if (await docker.Containers.InspectAsync(container, patience.Token).ConfigureAwait(false) is { } details)
                {
                    await TendAsync(details, life, patience.Token).ConfigureAwait(false);
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

    private async Task TendAsync(ContainerDetails container, Life life, CancellationToken cancel)
    {
        bool ours = false;
        List<(string Name, Ipv4Address Address)> named = [];
        foreach (ContainerEndpoint endpoint in container.NetworkSettings.Networks?.Values ?? [])
        {
            if (networks.Find(endpoint.NetworkID) is not null && Ipv4Address.TryParse(endpoint.IPAddress, out Ipv4Address address))
            {
                ours = true;
                named.AddRange((names is null ? [] : ContainerNames.Of(container, endpoint, names.Domain)).Select(name => (name, address)));
            }
        }

        await RegisterAsync(container.Id, life, named, cancel).ConfigureAwait(false);

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

    /// <summary>New names first, so that there is always one that leads to it.</summary>
    private async Task RegisterAsync(string container, Life life, List<(string Name, Ipv4Address Address)> named, CancellationToken cancel)
    {
        if (names is null)
        {
            return;
        }

        foreach ((string name, Ipv4Address address) in named)
        {
            await names.RegisterAsync(container, name, address, cancel).ConfigureAwait(false);
            logger.NameRegistered(container, name, address.ToString());
        }

        foreach ((string name, Ipv4Address address) in life.Named.Except(named).ToList())
        {
            await names.DeleteAsync(container, name, address, cancel).ConfigureAwait(false);
        }

        life.Named = named;
    }

    /// <summary>A container from its start to its death.</summary>
    private sealed class Life
    {
        internal CancellationTokenSource Died { get; } = new();

        /// <summary>The look at it that is under way, or was the last.</summary>
        internal Task Work { get; set; } = Task.CompletedTask;

        /// <summary>What we have registered.</summary>
        internal List<(string Name, Ipv4Address Address)> Named { get; set; } = [];
    }
}
