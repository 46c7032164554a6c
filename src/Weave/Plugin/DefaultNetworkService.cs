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
/// not there yet, again and again; and anew when somebody removes it (<c>docker system prune</c>) or it has a subnet of
/// an earlier range.
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

    private volatile bool _givenUp;

    /// <summary>The network is removed on purpose, with the router or before it: it is not made anew.</summary>
    internal void GiveUp() => _givenUp = true;

    public override void Dispose()
    {
        _starting.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await WaitForDoorsAsync(stoppingToken).ConfigureAwait(false);
        TimeSpan delay = FirstDelay;
        while (!stoppingToken.IsCancellationRequested && !_givenUp)
        {
            try
            {
                engine.Learn((await docker.VersionAsync(stoppingToken).ConfigureAwait(false)).ApiVersion);
                Task removal = networks.NextRemoval;
                bool fits = await EnsureAsync(stoppingToken).ConfigureAwait(false);
                await CompareAsync(stoppingToken).ConfigureAwait(false);
                logger.DefaultNetworkReady(NetworkName);
                _starting.Dispose();
                delay = FirstDelay;
                await FollowAsync(removal, fits, stoppingToken).ConfigureAwait(false);
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
                delay = TimeSpan.FromTicks(Math.Min(delay.Ticks * 3 / 2, LongestDelay.Ticks));
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

    /// <returns>The network is there as it should be.</returns>
    private async Task<bool> EnsureAsync(CancellationToken cancel)
    {
        NetworkDetails? there = await docker.Networks.InspectAsync(NetworkName, cancel).ConfigureAwait(false);
        if (there is not null && Misfit(there) is { } misfit && !await TryRemoveAsync(there, misfit, cancel).ConfigureAwait(false))
        {
            return false;
        }

        problems?.Clear("network", NetworkName);
        if (there is not null && Misfit(there) is null)
        {
            return true;
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
        catch (DockerException conflict) when (conflict.Status == HttpStatusCode.Conflict)
        {
            // Made by somebody else just now.
        }

        return true;
    }

    /// <summary>Why containers on a network of this name would have no address from us; null when they have.</summary>
    private string? Misfit(NetworkDetails network)
    {
        string?[] subnets = [.. (network.IPAM?.Config ?? []).Select(pool => pool.Subnet)];
        return !IsOurs(network.Driver) ? $"the Docker network '{NetworkName}' is of the driver '{network.Driver}': containers on it are not on Weave Net"
            : network.Driver == MeshDriver && network.IPAM?.Driver == MeshDriver && !subnets.Contains(allocation.DefaultSubnet.ToString())
                ? $"the Docker network '{NetworkName}' has the subnet {string.Join(", ", subnets)} of an earlier --ipalloc-range or --ipalloc-default-subnet, not {allocation.DefaultSubnet}: new containers on it may get no address"
            : null;
    }

    /// <returns>It is gone: nobody was on it.</returns>
    private async Task<bool> TryRemoveAsync(NetworkDetails network, string misfit, CancellationToken cancel)
    {
        try
        {
            if (network.Driver == MeshDriver && network.Containers is null or { Count: 0 })
            {
                await docker.Networks.RemoveAsync(network.Id, cancel).ConfigureAwait(false);
                return true;
            }
        }
        catch (DockerException inUse) when (inUse.Message.Contains("active endpoints", StringComparison.Ordinal))
        {
            // Somebody is on it whom this host does not see, or came just now.
        }

        string?[] members = [.. (network.Containers?.Values ?? []).Select(member => member.Name)];
        string on = members.Length > 0 ? $" ({string.Join(", ", members.Take(5))}{(members.Length > 5 ? ", ..." : "")})" : "";
        problems?.Raise("network", NetworkName, network.Driver == MeshDriver
            ? $"{misfit}; remove or disconnect the containers on it{on}: it is made anew when the last one has left"
            : $"{misfit}; remove it, and it is made anew");
        return false;
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
    /// Waits until there is something to do again. With a cluster store Docker tells a driver of a new network only on the
    /// host where it was made, and has no event for the others. So we look, every now and then.
    /// </summary>
    private async Task FollowAsync(Task removal, bool fits, CancellationToken cancel)
    {
        bool store = (await docker.InfoAsync(cancel).ConfigureAwait(false)).ClusterStore is { Length: > 0 };
        while (!removal.IsCompleted)
        {
            TimeSpan again = store ? StoreInterval : fits ? Timeout.InfiniteTimeSpan : LongestDelay;
            using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            await Task.WhenAny(removal, Task.Delay(again, time, enough.Token)).ConfigureAwait(false);
            await enough.CancelAsync().ConfigureAwait(false);
            cancel.ThrowIfCancellationRequested();
            if (!removal.IsCompleted && !store)
            {
                return; // whoever was on a network that does not fit may have left it
            }

            await CompareAsync(cancel).ConfigureAwait(false);
        }

        await Task.Delay(FirstDelay, time, cancel).ConfigureAwait(false); // Docker tells us first and removes it then
    }

    private bool IsOurs(string driver) => driver == MeshDriver || driver == DriverNameOf(options.PluginSocket);

    private string MeshDriver => DriverNameOf(options.PluginMeshSocket);

    /// <summary>Docker calls a driver by the name of its socket.</summary>
    internal static string DriverNameOf(string socket) => Path.GetFileNameWithoutExtension(socket);
}
