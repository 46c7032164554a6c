using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weave.Docker.Model;
using Weave.Mesh;
using Weave.Persistence;
using Weave.Status;

namespace Weave.Docker.Managed;

/// <summary>
/// Follows the swarm in a managed plugin: asks the engine every few seconds, and at once when it announces a node, who its nodes
/// are, connects to those that came and forgets those that left. Never in a call of the driver: dockerd would wait for itself.
/// </summary>
internal sealed class SwarmWatch(IMeshControl mesh, IStateStore store, ProblemBoard problems, TimeProvider time, ILogger<SwarmWatch> logger) : BackgroundService
{
    private const string Problem = "swarm";

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private readonly SemaphoreSlim _announced = new(0, 1);
    private readonly Lock _lock = new();
    private readonly SwarmRoster _roster = new(store.Get(StateKeys.SwarmPeers, MeshJson.Default.ListString) ?? []);
    private readonly long _started = time.GetTimestamp();

    /// <summary>The engine announced a node of its cluster, or that it left.</summary>
    /// <param name="address">Where it is; maybe ourselves.</param>
    /// <param name="self">It is us.</param>
    /// <param name="left">It is gone.</param>
    internal void Announce(string address, bool self, bool left)
    {
        lock (_lock)
        {
            if (left)
            {
                _roster.OnGone(address);
            }
            else
            {
                _roster.OnAnnounced(address, self);
            }

            if (_announced.CurrentCount == 0)
            {
                _announced.Release();
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using DockerClient docker = new();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LookAsync(docker, stoppingToken).ConfigureAwait(false);
            }
            catch (Exception unreachable) when (unreachable is DockerException or OperationCanceledException or IOException && !stoppingToken.IsCancellationRequested)
            {
                problems.Raise(Problem, "engine", $"Docker does not say who the nodes of the swarm are ({unreachable.Message}): nodes that join or leave are not followed until it does");
            }

            await WaitAsync(stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task WaitAsync(CancellationToken stop)
    {
        using CancellationTokenSource next = new(Every, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(next.Token, stop);
        try
        {
            await _announced.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return; // the time is over
        }
    }

    private async Task LookAsync(DockerClient docker, CancellationToken stop)
    {
        using CancellationTokenSource patience = new(Patience, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stop);
        SwarmState swarm = (await docker.InfoAsync(either.Token).ConfigureAwait(false)).Swarm ?? new SwarmState();
        IReadOnlyList<SwarmNode> nodes = swarm.ControlAvailable ? await docker.NodesAsync(either.Token).ConfigureAwait(false) : [];
        problems.Clear(Problem, "engine");
        await FollowAsync(swarm, nodes, stop).ConfigureAwait(false);
    }

    /// <summary>Acts on one answer of the engine.</summary>
    internal async Task FollowAsync(SwarmState swarm, IReadOnlyList<SwarmNode> nodes, CancellationToken cancel)
    {
        IReadOnlyList<string> added;
        IReadOnlyList<string> gone;
        List<string> known;
        lock (_lock)
        {
            (added, gone) = _roster.OnLook(time.GetElapsedTime(_started), swarm, nodes);
            known = [.. _roster.Known];
        }

        if (swarm.LocalNodeState == "active")
        {
            problems.Clear(Problem);
        }
        else
        {
            problems.Raise(Problem, "", "this node is in no swarm: the plugin's networks reach no other host until it has joined one");
        }

        if (added.Count > 0)
        {
            await mesh.ConnectAsync(added, replace: false, cancel).ConfigureAwait(false);
        }

        if (gone.Count > 0)
        {
            await mesh.ForgetAsync(gone, cancel).ConfigureAwait(false);
        }

        if (added.Count + gone.Count > 0)
        {
            logger.SwarmChanged(string.Join(' ', added), string.Join(' ', gone));
            store.PutSoon(StateKeys.SwarmPeers, known, MeshJson.Default.ListString);
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _announced.Dispose();
    }
}
