using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weave.Daemon;
using Weave.Docker;
using Weave.Docker.Model;
using Weave.Ipam;
using Weave.Status;

namespace Weave.Plugin;

/// <summary>
/// Makes the Docker network <c>weave</c>, once our sockets are open: Docker calls us back while we ask. If Docker is
/// not there yet, again and again.
/// </summary>
internal sealed class DefaultNetworkService(
    DockerClient docker,
    DaemonOptions options,
    IAddressAllocation allocation,
    PluginNetworks networks,
    EngineFacts engine,
    Readiness readiness,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<DefaultNetworkService> logger,
    ProblemBoard? problems = null) : BackgroundService
{
    internal const string NetworkName = "weave";

    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan StoreInterval = TimeSpan.FromSeconds(2);

    /// <summary>Whoever waits for the router goes on to use the network. Without Docker nobody waits: the first failure ends it, too.</summary>
    private readonly IDisposable _starting = readiness.Hold();

    public override void Dispose()
    {
        _starting.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await WaitForDoorsAsync(stoppingToken).ConfigureAwait(false);
        for (TimeSpan delay = FirstDelay; !stoppingToken.IsCancellationRequested; delay = TimeSpan.FromTicks(Math.Min(delay.Ticks * 3 / 2, LongestDelay.Ticks)))
        {
            try
            {
                engine.Learn((await docker.VersionAsync(stoppingToken).ConfigureAwait(false)).ApiVersion);
                await EnsureAsync(stoppingToken).ConfigureAwait(false);
                await CompareAsync(stoppingToken).ConfigureAwait(false);
                logger.DefaultNetworkReady(NetworkName);
                _starting.Dispose();
                await FollowStoreAsync(stoppingToken).ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (failure is DockerException or IOException or HttpRequestException)
            {
                logger.DefaultNetworkFailed(NetworkName, failure.Message, delay);
                _starting.Dispose();
                await Task.Delay(delay, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task WaitForDoorsAsync(CancellationToken stop)
    {
        TaskCompletionSource open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration opened = lifetime.ApplicationStarted.Register(() => open.TrySetResult());
        using CancellationTokenRegistration stopped = stop.Register(() => open.TrySetResult());
        await open.Task.ConfigureAwait(false);
    }

    private async Task EnsureAsync(CancellationToken cancel)
    {
        if (await docker.Networks.InspectAsync(NetworkName, cancel).ConfigureAwait(false) is not null)
        {
            return;
        }

        NetworkSpec spec = new()
        {
            Name = NetworkName,
            Driver = MeshDriver,
            IPAM = new NetworkIpam(MeshDriver, [new NetworkPool(allocation.DefaultSubnet.ToString())]),
            Options = new Dictionary<string, string>(StringComparer.Ordinal) { [PluginNetworks.MulticastOption] = "true" },
        };
        try
        {
            await docker.Networks.CreateAsync(spec, cancel).ConfigureAwait(false);
        }
        catch (DockerException there) when (there.Status == HttpStatusCode.Conflict)
        {
            // Made by somebody else just now.
        }
    }

    private async Task CompareAsync(CancellationToken cancel)
    {
        IReadOnlySet<string> known = networks.BeginComparison();
        networks.RemoveExcept(known, await AdoptAsync(cancel).ConfigureAwait(false));
    }

    /// <summary>Networks that an earlier release made, or of which our record was lost: ask Docker now, when it does not wait for us.</summary>
    /// <returns>All networks that there are.</returns>
    private async Task<HashSet<string>> AdoptAsync(CancellationToken cancel)
    {
        IReadOnlyList<NetworkDetails> all = await docker.Networks.ListAsync(cancel).ConfigureAwait(false);
        foreach (NetworkDetails network in all.Where(network => IsOurs(network.Driver) && networks.Find(network.Id) is null))
        {
            bool multicast = network.Options?.TryGetValue(PluginNetworks.MulticastOption, out string? value) == true
                && PluginNetworks.ParseBoolean(PluginNetworks.MulticastOption, value);
            networks.Adopt(network.Id, new PluginNetwork(multicast, [.. (network.IPAM?.Config ?? []).Select(pool => pool.Subnet ?? "")]));
        }

        all.ToList().ForEach(TellOfForeignAddresses);
        return all.Select(network => network.Id).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Earlier releases, and the original, made networks whose addresses Docker gives out by itself on each host.</summary>
    private void TellOfForeignAddresses(NetworkDetails network)
    {
        if (network.Driver == MeshDriver && network.IPAM?.Driver is { } from && from != MeshDriver && from != "null")
        {
            problems?.Raise("network", network.Id, PluginNetworks.ForeignAddresses(network.Name, from));
        }
        else
        {
            problems?.Clear("network", network.Id);
        }
    }

    /// <summary>
    /// With a cluster store Docker tells a driver of a new network only on the host where it was made, and has no event
    /// for the others. So we look, every now and then.
    /// </summary>
    private async Task FollowStoreAsync(CancellationToken cancel)
    {
        if ((await docker.InfoAsync(cancel).ConfigureAwait(false)).ClusterStore is not { Length: > 0 })
        {
            return;
        }

        while (true)
        {
            await Task.Delay(StoreInterval, time, cancel).ConfigureAwait(false);
            await CompareAsync(cancel).ConfigureAwait(false);
        }
    }

    private bool IsOurs(string driver) => driver == MeshDriver || driver == DriverNameOf(options.PluginSocket);

    private string MeshDriver => DriverNameOf(options.PluginMeshSocket);

    /// <summary>Docker calls a driver by the name of its socket.</summary>
    internal static string DriverNameOf(string socket) => Path.GetFileNameWithoutExtension(socket);
}
