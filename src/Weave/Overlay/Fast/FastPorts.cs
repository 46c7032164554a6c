using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weave.Daemon;
using Weave.Linux.Bpf;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Wire.Vxlan;

namespace Weave.Overlay.Fast;

/// <summary>
/// Keeps house beside the packet path: container ports that appear on the bridge get the program that lets them skip
/// it, and MAC addresses that were silent for long are forgotten.
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

    private readonly Links _links = new();
    private readonly HashSet<int> _seen = [];

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
            if (!options.ExpectNpc)
            {
                AttachNewPorts(datapath);
            }

            if (++round % 30 == 0)
            {
                ExpireMacs(datapath);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    private void AttachNewPorts(IFastDatapath datapath)
    {
        IReadOnlyList<Link> links = _links.List();
        int? bridge = links.FirstOrDefault(link => link.Name == options.WeaveBridge)?.Index;
        HashSet<int> present = [.. links.Select(link => link.Index)];
        _seen.IntersectWith(present);
        foreach (Link port in links.Where(link => link.MasterIndex == bridge && link.Kind == "veth" && !_seen.Contains(link.Index)))
        {
            // A frame can be put straight into another namespace only. The other end may be on its way there.
            bool peerIsHere = links.Any(other => other.Index == port.PeerIndex && other.PeerIndex == port.Index && other.Kind == "veth");
            if (peerIsHere)
            {
                continue;
            }

            _seen.Add(port.Index);
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
