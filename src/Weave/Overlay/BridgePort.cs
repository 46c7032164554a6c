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

    private volatile bool _stopping;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        new Thread(Run) { Name = "bridge-port", IsBackground = true }.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        return Task.CompletedTask;
    }

    /// <summary>Whatever fails here is told, and no reason to carry no frames.</summary>
    private void Run()
    {
        try
        {
            Links links = new();
            string device = mode.FastDatapath ? FastDatapathSpec.DeviceFor((ushort)(options.Port + 1)) : OverlayServices.TapName;
            if ((PortWithThatName(links) ?? links.Find(device)) is not { } port)
            {
                return;
            }

            // The fast datapath names its device itself; the port of user space gets its second name here.
            if (port.Name != OriginalName && !LinkAliases.Add(port.Index, OriginalName))
            {
                logger.NoSecondName(device, OriginalName);
            }

            Watch(port.Index);
        }
        catch (KernelException reason)
        {
            logger.PortNotWatched(reason.Message);
        }
    }

    private static Link? PortWithThatName(Links links) => links.Find(OriginalName) is { Name: OriginalName } port ? port : null;

    private void Watch(int port)
    {
        using HairpinMonitor monitor = new(LookUpEvery);
        for (IReadOnlyList<int> hairpin = HairpinMonitor.List(); !_stopping; hairpin = monitor.Wait())
        {
            if (hairpin.Contains(port))
            {
                logger.HairpinEnabled(OriginalName);
            }
        }
    }
}
