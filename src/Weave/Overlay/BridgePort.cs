using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weave.Daemon;
using Weave.Linux.Bpf;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;

namespace Weave.Overlay;

/// <summary>
/// Looks after the port through which the bridge reaches the overlay: gives it the name that it has with the original, as a
/// second one, and says so in the log when somebody turns on hairpin mode there, which sends frames back to where they came from.
/// </summary>
internal sealed class BridgePort(DaemonOptions options, OverlayMode mode, ILogger<BridgePort> logger) : IHostedService
{
    /// <summary>As scripts know it.</summary>
    internal const string OriginalName = "vethwe-bridge";

    private static readonly TimeSpan LookUpEvery = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(2);

    /// <summary>Whether the port is still the same is looked at every so many turns.</summary>
    private const int LooksAtPort = 10;

    private readonly object _gate = new();
    private volatile bool _stopping;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        new Thread(Run) { Name = "bridge-port", IsBackground = true }.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        lock (_gate)
        {
            Monitor.PulseAll(_gate);
        }

        return Task.CompletedTask;
    }

    /// <summary>
    /// Whatever fails here is told, and no reason to carry no frames: it is tried again, as after the port was made anew, which
    /// then is another one to the kernel.
    /// </summary>
    private void Run()
    {
        string told = "";
        while (!_stopping)
        {
            try
            {
                Tend(new Links());
                told = "";
            }
            catch (KernelException reason)
            {
                if (told != reason.Message)
                {
                    told = reason.Message;
                    logger.PortNotWatched(told);
                }
            }

            WaitUnlessStopping();
        }
    }

    private void WaitUnlessStopping()
    {
        lock (_gate)
        {
            if (!_stopping)
            {
                Monitor.Wait(_gate, AgainAfter);
            }
        }
    }

    /// <summary>Until the port is gone, or we are to stop.</summary>
    private void Tend(Links links)
    {
        string device = mode.FastDatapath ? FastDatapathSpec.DeviceFor((ushort)(options.Port + 1)) : OverlayServices.TapName;
        if (FindPort(links, device) is not { } port)
        {
            return;
        }

        // The fast datapath names its device itself; the port of user space gets its second name here.
        if (port.Name != OriginalName && !LinkAliases.Add(port.Index, OriginalName))
        {
            logger.NoSecondName(device, OriginalName);
        }

        using HairpinMonitor monitor = new(LookUpEvery);
        IReadOnlyList<int> hairpin = HairpinMonitor.List();
        for (int looks = 1; !_stopping && (looks % LooksAtPort != 0 || FindPort(links, device)?.Index == port.Index); looks++)
        {
            if (hairpin.Contains(port.Index))
            {
                logger.HairpinEnabled(OriginalName);
            }

            hairpin = monitor.Wait();
        }
    }

    private static Link? FindPort(Links links, string device) => PortWithThatName(links) ?? links.Find(device);

    private static Link? PortWithThatName(Links links) => links.Find(OriginalName) is { Name: OriginalName } port ? port : null;
}
