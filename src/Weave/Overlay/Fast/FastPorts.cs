using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weave.Daemon;
using Weave.Linux.Bpf;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Wire.Primitives;
using Weave.Wire.Vxlan;

namespace Weave.Overlay.Fast;

/// <summary>
/// Keeps house beside the packet path: container ports on the bridge have the program that lets them skip it, or have it no
/// more, as <see cref="PortPlan"/> says, and MAC addresses that were silent for long are forgotten.
/// </summary>
/// <remarks>
/// Not with a network policy controller: its rules are at the bridge, so everything must pass there. The
/// <see cref="OverlayMode"/> is asked for because the datapath is opened, or is not, when it is made.
/// </remarks>
internal sealed class FastPorts(DaemonOptions options, OverlayMode mode, FastDatapathHolder holder, TimeProvider time, ILogger<FastPorts> logger)
    : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    /// <summary>As the original ages them (protocol 3.5).</summary>
    private static readonly TimeSpan MacLifetime = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan OtherEndKept = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly MacOwners _owners = new();
    private readonly Dictionary<int, (Link? End, TimeSpan At)> _otherEnds = [];
    private IReadOnlyDictionary<MacAddress, int>? _told;
    private readonly Links _links = new();

    /// <summary>Links that carry the program since one of our looks; null before the first, which asks all: an earlier process left some.</summary>
    private HashSet<int>? _carriers;

    /// <summary>Looks at all ports now. Safe from any thread.</summary>
    internal void Look()
    {
        if (holder.Datapath is not { } datapath)
        {
            return;
        }

        lock (_gate)
        {
            IReadOnlyList<Link> links = _links.List();
            int bridge = links.FirstOrDefault(link => link.Name == options.WeaveBridge)?.Index ?? 0;
            // Before the programs sit at new ports: an address may have come there from another.
            LookAtOwners(datapath, links, bridge);
            PortPlan plan = PortPlan.From(links, bridge, skip: _ => !options.ExpectNpc, link => _carriers?.Contains(link) ?? true, datapath.IsAttached);
            Apply(datapath, plan);
            _carriers ??= [.. links.Where(link => datapath.IsAttached(link.Index)).Select(link => link.Index)];
            _carriers.IntersectWith(links.Select(link => link.Index));
            _carriers.ExceptWith(plan.Detach);
            _carriers.UnionWith(plan.Attach.Select(link => link.Index));
        }
    }

    private void LookAtOwners(IFastDatapath datapath, IReadOnlyList<Link> links, int bridge)
    {
        TimeSpan now = TimeSpan.FromSeconds(time.GetTimestamp() / (double)time.TimestampFrequency);
        foreach (int gone in _otherEnds.Keys.Except(links.Select(link => link.Index)).ToArray())
        {
            _otherEnds.Remove(gone);
        }

        IReadOnlyDictionary<MacAddress, int> owners = _owners.Look(links, bridge, port => OtherEnd(port, now));
        if (_told is null || owners.Count != _told.Count || owners.Except(_told).Any())
        {
            datapath.Tables.SetOwners(owners);
            _told = owners;
        }
    }

    /// <summary>A container may change the address of its interface; it is not asked at every look.</summary>
    private Link? OtherEnd(Link port, TimeSpan now)
    {
        if (!_otherEnds.TryGetValue(port.Index, out (Link? End, TimeSpan At) known) || known.End is null || now >= known.At + OtherEndKept)
        {
            _otherEnds[port.Index] = known = (_links.OtherEnd(port), now);
        }

        return known.End;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!mode.FastDatapath || holder.Datapath is not { } datapath)
        {
            return;
        }

        using PeriodicTimer timer = new(Every, time);
        try
        {
            await TendAsync(datapath, timer, stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The daemon ends, maybe because it could not start: that reason is the one to tell.
        }
    }

    private async Task TendAsync(IFastDatapath datapath, PeriodicTimer timer, CancellationToken stoppingToken)
    {
        int round = 0;
        do
        {
            Try(Look);
            if (++round % 30 == 0)
            {
                Try(() => ExpireMacs(datapath));
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    private void Try(Action work)
    {
        try
        {
            work();
        }
        catch (KernelException reason)
        {
            logger.PortsNotSeen(reason.Message); // the next look is soon
        }
    }

    private void Apply(IFastDatapath datapath, PortPlan plan)
    {
        if (plan.Detach.Count > 0)
        {
            datapath.DetachPorts(plan.Detach);
        }

        foreach (Link port in plan.Attach)
        {
            try
            {
                datapath.AttachPort(port.Name);
                logger.PortAttached(port.Name);
            }
            catch (KernelException refused)
            {
                logger.PortNotAttached(port.Name, refused.Message); // it may be gone again, and works through the bridge
            }
        }
    }

    private void ExpireMacs(IFastDatapath datapath)
    {
        TimeSpan oldest = TimeSpan.FromSeconds(time.GetTimestamp() / (double)time.TimestampFrequency) - MacLifetime;
        int forgotten = datapath.Tables.ForgetMacs((DatapathMac mac) => mac.Seen < oldest);
        if (forgotten > 0)
        {
            logger.MacsExpired(forgotten);
        }
    }
}
