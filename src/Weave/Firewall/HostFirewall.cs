using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weave.Core.Firewall;
using Weave.Daemon;
using Weave.Linux.Bridge;
using Weave.Linux.Firewall;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Wire.Primitives;

namespace Weave.Firewall;

/// <summary>Keeps the host's rules as we want them, and exposes addresses.</summary>
/// <remarks>
/// 1. At start: the exposures of the daemon before us are recognised, everything is applied.
/// 2. Every <see cref="CheckEvery"/>: what somebody flushed, deleted or moved is put back.
/// 3. On expose and hide: the address, then the rules.
/// Rules stay when the daemon stops, so that containers keep their network.
/// </remarks>
internal sealed class HostFirewall(
    DaemonOptions options, IFirewall firewall, ILinks links, IAddresses addresses, IArpAnnouncer announcer, TimeProvider time, ILogger<HostFirewall> logger)
    : BackgroundService, IExposure, ILocalRanges
{
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(3); // back within 5 s, with the time of the tools

    private readonly SemaphoreSlim _one = new(1, 1);
    private List<Exposure> _exposures = [];
    private IReadOnlyList<Ipv4Cidr> _local = [];
    private bool _begun;
    private string? _reported;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await AloneAsync(Begin, cancellationToken).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task ExposeAsync(Ipv4Cidr address, bool skipNat, CancellationToken cancel) => AloneAsync(
        () =>
        {
            AddAddress(address);
            _exposures.RemoveAll(exposure => exposure.Address == address);
            _exposures.Add(new Exposure(address, !skipNat));
            Apply();
            return true;
        },
        cancel);

    public Task<bool> HideAsync(Ipv4Cidr address, CancellationToken cancel) => AloneAsync(
        () =>
        {
            bool was = Kernel(() => addresses.Remove(options.WeaveBridge, address));
            _exposures.RemoveAll(exposure => exposure.Address == address);
            Apply();
            return was;
        },
        cancel);

    public Task SetAsync(IReadOnlyList<Ipv4Cidr> ranges, CancellationToken cancel) => AloneAsync(
        () =>
        {
            _local = ranges;
            return _begun && TryApply(); // whoever is early is heard when we begin
        },
        cancel);

    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(CheckEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                await AloneAsync(TryApply, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // the daemon ends
        }
    }

    private bool Begin()
    {
        _begun = true;
        try
        {
            if (links.Find(options.WeaveBridge) is not null)
            {
                _exposures = [.. FirewallState.Parse(firewall.Save()).Recognise(addresses.List(options.WeaveBridge))];
            }
        }
        catch (Exception reason) when (reason is FirewallException or KernelException)
        {
            logger.Failed(reason.Message);
        }

        return TryApply();
    }

    /// <summary>Applies, and says what is wrong, once.</summary>
    private bool TryApply()
    {
        try
        {
            bool changed = Apply();
            _reported = null;
            return changed;
        }
        catch (FirewallException reason)
        {
            if (_reported != reason.Message)
            {
                _reported = reason.Message;
                logger.Failed(reason.Message);
            }

            return false;
        }
    }

    private bool Apply()
    {
        FirewallSpec spec = Spec();
        if (spec.NoMasqueradeLocal && firewall.Members(FirewallNames.LocalSet)?.ToHashSet().SetEquals(_local) is not true)
        {
            // Before the rules: one that names a set which is not there cannot be made.
            firewall.SetMembers(FirewallNames.LocalSet, _local);
        }

        string script = FirewallPlan.From(FirewallRules.For(spec), FirewallState.Parse(firewall.Save()));
        if (script.Length == 0)
        {
            return false;
        }

        logger.Reconfiguring();
        firewall.Restore(script);
        return true;
    }

    private FirewallSpec Spec()
    {
        Ipv4Cidr[] docker = options.DockerBridge.Length > 0 && Kernel(() => links.Find(options.DockerBridge)) is not null
            ? [.. Kernel(() => addresses.List(options.DockerBridge))]
            : [];
        return new FirewallSpec
        {
            WeaveBridge = options.WeaveBridge,
            DockerBridge = docker.Length > 0 ? options.DockerBridge : "",
            DockerBridgeAddress = docker.Length > 0 ? docker[0].Address : default,
            Port = options.Port,
            ControlPort = HostPort.TryParse(options.HttpAddress, out HostPort control) ? control.Port : null,
            StatusPorts = [.. Ports(options.StatusAddress), .. Ports(options.MetricsAddress)],
            ExpectPolicy = options.ExpectNpc,
            NoMasqueradeLocal = options.NoMasqueradeLocal,
            Exposures = _exposures,
        };
    }

    /// <summary>None when it is off or a unix socket.</summary>
    private static IEnumerable<int> Ports(string address) => HostPort.TryParse(address, out HostPort door) ? [door.Port] : [];

    private void AddAddress(Ipv4Cidr address)
    {
        Link bridge = Kernel(() => links.Find(options.WeaveBridge)) ?? throw new FirewallException($"addBridgeIPAddr finding bridge \"{options.WeaveBridge}\": Link not found");
        Kernel(() => addresses.Add(options.WeaveBridge, address));
        try
        {
            announcer.Announce(bridge, address.Address);
        }
        catch (KernelException reason)
        {
            logger.NotAnnounced(address.ToString(), options.WeaveBridge, reason.Message);
        }
    }

    private static T Kernel<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (KernelException reason)
        {
            throw new FirewallException(reason.Message, reason);
        }
    }

    private async Task<T> AloneAsync<T>(Func<T> work, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            return await Task.Run(work, cancel).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }
}
