using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weave.Core.Firewall;
using Weave.Daemon;
using Weave.Linux.Bridge;
using Weave.Linux.Firewall;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Persistence;
using Weave.Status;
using Weave.Wire.Primitives;

namespace Weave.Firewall;

/// <summary>Keeps the host's rules as we want them, and exposes addresses.</summary>
/// <remarks>
/// 1. At start: exposures are those stored and those of the daemon before us that are recognised; everything is applied.
/// 2. When rules change, and every <see cref="LookEvery"/> at least: what somebody flushed, deleted or moved is put back, addresses of the host too.
/// A look costs what the host's rules cost to print, so the next one waits for a multiple of that.
/// 3. On expose and hide: the address, then the rules.
/// Rules stay when the daemon stops, so that containers keep their network.
/// </remarks>
internal sealed class HostFirewall(
    DaemonOptions options,
    IFirewall firewall,
    ILinks links,
    IAddresses addresses,
    IArpAnnouncer announcer,
    ContainerBridges bridges,
    ProhibitionWatch prohibitions,
    IStateStore store,
    IExposureOwner owner,
    IDnsAddresses? dns,
    ProblemBoard problems,
    TimeProvider time,
    ILogger<HostFirewall> logger)
    : BackgroundService, IExposure, ILocalRanges
{
    private const int PatienceWithChange = 4;
    private const int PatienceWithoutChange = 60;

    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(1); // back within 5 s, with the time of the tools
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan JudgeEvery = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly StoredExposures _stored = new(store, links, options.WeaveBridge);
    private List<Ipv4Cidr> _hidden = [];
    private volatile IReadOnlyList<Exposure> _exposures = [];
    private IReadOnlyList<Ipv4Cidr> _local = [];
    private bool _begun;
    private bool _exposed;
    private string? _reported;
    private string? _seen;
    private long _looked;
    private long _judged;
    private TimeSpan _cost;
    private bool _mayUntrack = options.FastDatapath;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await AloneAsync(Begin, cancellationToken).ConfigureAwait(false);
        await ForgetHiddenAsync(cancellationToken).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public IReadOnlyList<Ipv4Cidr> Exposed => [.. _exposures.Select(exposure => exposure.Address)];

    public Task ExposeAsync(Ipv4Cidr address, bool skipNat, CancellationToken cancel) => AloneAsync(
        () =>
        {
            Exposure asked = new(address, !skipNat);
            _stored.Save(asked);
            try
            {
                AddAddress(address);
                _exposures = [.. Without(address), asked];
                Apply();
            }
            catch (FirewallException) when (!_exposures.Contains(asked))
            {
                _stored.Remove(address); // it was refused, and must not come by itself some day
                throw;
            }

            return true;
        },
        cancel);

    public Task<bool> HideAsync(Ipv4Cidr address, CancellationToken cancel) => AloneAsync(
        () =>
        {
            _stored.Remove(address);
            _exposures = Without(address); // first: what is exposed is put back when it is not there
            bool was = Kernel(() => addresses.Remove(options.WeaveBridge, address));
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
                await AloneAsync(Tend, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // the daemon ends
        }
    }

    private async Task ForgetHiddenAsync(CancellationToken cancel)
    {
        foreach (Ipv4Cidr address in _hidden)
        {
            try
            {
                logger.HiddenMeanwhile(address.ToString());
                await owner.ForgetAsync(address, cancel).ConfigureAwait(false);
                _stored.Remove(address);
            }
            catch (FirewallException reason)
            {
                logger.Failed(reason.Message); // the next start finds it hidden again
            }
        }
    }

    private IReadOnlyList<Exposure> Without(Ipv4Cidr address) => [.. _exposures.Where(exposure => exposure.Address != address)];

    private bool Begin()
    {
        _begun = true;
        (Link? bridge, IReadOnlyList<Exposure> found) = Found();
        ExposurePlan plan = _stored.Begin(bridge, found);
        _exposures = [.. plan.Wanted];
        _hidden = [.. plan.Hidden];
        return TryApply();
    }

    /// <summary>The bridge with what is exposed there; null when it cannot be told, and then what is stored counts.</summary>
    private (Link? Bridge, IReadOnlyList<Exposure> Exposures) Found()
    {
        try
        {
            return links.Find(options.WeaveBridge) is { } bridge ? (bridge, FirewallState.Parse(Saved()).Recognise(addresses.List(options.WeaveBridge))) : (null, []);
        }
        catch (KernelException reason)
        {
            logger.Failed(reason.Message);
            return (null, []);
        }
    }

    /// <summary>Without its rules an address was exposed as addresses usually are.</summary>
    private string Saved()
    {
        try
        {
            return firewall.Save();
        }
        catch (FirewallException reason)
        {
            logger.Failed(reason.Message);
            return "";
        }
    }

    /// <summary>Applies if there may be something to do.</summary>
    private bool Tend()
    {
        try
        {
            TimeSpan since = time.GetElapsedTime(_looked);
            bool due = Stamp() != _seen ? since >= _cost * PatienceWithChange : since >= LookEvery && since >= _cost * PatienceWithoutChange;
            if (due)
            {
                return TryApply();
            }

            Expose();
            return Renew();
        }
        catch (FirewallException)
        {
            return TryApply(); // which tells
        }
    }

    /// <summary>Applies, and says what is wrong, once.</summary>
    private bool TryApply()
    {
        try
        {
            Expose();
            bool changed = Apply();
            _reported = null;
            problems.Clear("firewall");
            return changed;
        }
        catch (FirewallException reason)
        {
            if (_reported != reason.Message)
            {
                _reported = reason.Message;
                logger.Failed(reason.Message);
                problems.Raise("firewall", "", $"rules of this host cannot be set: {reason.Message}");
            }

            return false;
        }
    }

    /// <summary>Puts back addresses of the host that are not on the bridge: it was made anew, or somebody took them off.</summary>
    private void Expose()
    {
        if (Kernel(() => links.Find(options.WeaveBridge)) is not { } bridge)
        {
            return; // whoever makes the bridge is at it
        }

        IReadOnlyList<Ipv4Cidr> there = Kernel(() => addresses.List(options.WeaveBridge));
        foreach (Ipv4Cidr address in _exposures.Select(exposure => exposure.Address).Where(address => !there.Contains(address)))
        {
            AddAddress(address);
            if (!_exposed)
            {
                continue; // a start after a reboot is nothing to worry about
            }

            problems.PutRight("expose", address.ToString(), $"the host's address {address} was not on \"{options.WeaveBridge}\" and is back");
        }

        _exposed = true;
        Kernel(() =>
        {
            _stored.Follow(bridge, _exposures);
            return true;
        });
    }

    private bool Apply()
    {
        string stamp = Stamp(); // before the look: what changes meanwhile is looked at again
        try
        {
            return Look(stamp != _seen || time.GetElapsedTime(_judged) >= JudgeEvery);
        }
        finally
        {
            (_seen, _looked) = (stamp, time.GetTimestamp());
        }
    }

    private bool Look(bool judge)
    {
        FirewallSpec spec = Spec();
        if (spec.NoMasqueradeLocal && firewall.Members(FirewallNames.LocalSet)?.ToHashSet().SetEquals(_local) is not true)
        {
            // Before the rules: one that names a set which is not there cannot be made.
            firewall.SetMembers(FirewallNames.LocalSet, _local);
        }

        long began = time.GetTimestamp();
        FirewallState found = WithoutLeftovers(spec, FirewallState.Parse(firewall.Save()));
        TimeSpan reading = time.GetElapsedTime(began); // what is waited for a lock, to write, is no cost
        spec = spec with { UntrackedTunnel = _mayUntrack && TunnelTracking.IsNeedless(found, options.Port + 1) };
        bool changed = Change(spec, found);
        if (changed || judge)
        {
            began = time.GetTimestamp();
            Kernel(() => prohibitions.Judge(changed ? FirewallState.Parse(firewall.Save()) : found, firewall));
            _judged = time.GetTimestamp();
            _cost = reading + time.GetElapsedTime(began);
        }

        Renew();
        return changed;
    }

    private bool Change(FirewallSpec spec, FirewallState found)
    {
        if (spec.Dns is null && found.Rules("nat", FirewallNames.DnsChain) is not null)
        {
            spec = spec with { Dns = new DnsRedirection(default, 0, []) }; // a router before us led questions to where it served names
        }

        string script = FirewallPlan.From(FirewallRules.For(spec), found);
        if (script.Length == 0)
        {
            return false;
        }

        logger.Reconfiguring();
        try
        {
            firewall.Restore(script);
        }
        catch (FirewallException reason) when (spec.UntrackedTunnel)
        {
            // It may be for that: kernels can be built without. The rest must not suffer.
            Change(spec with { UntrackedTunnel = false }, FirewallState.Parse(firewall.Save()));
            _mayUntrack = false;
            logger.TunnelTracked(reason.Message);
        }

        return true;
    }

    private bool Renew() => Kernel(() =>
    {
        prohibitions.Renew();
        return true;
    });

    private string Stamp() => Kernel(() => $"{firewall.Stamp()} {prohibitions.Stamp()} {dns?.Current()} {string.Join(' ', bridges.Among(links.List()))}");

    /// <summary>With and without a policy controller the rules contradict each other: one lets pass what the other asks about.</summary>
    private FirewallState WithoutLeftovers(FirewallSpec spec, FirewallState found)
    {
        IReadOnlyList<FirewallTable> former = FirewallRules.For(spec with { ExpectPolicy = !spec.ExpectPolicy });
        string script = FirewallPlan.Leftovers(former, FirewallRules.For(spec), found);
        if (script.Length == 0)
        {
            return found;
        }

        firewall.Restore(script);
        return FirewallState.Parse(firewall.Save());
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
            DnsBridge = dns is { Bridge: { } serving } && serving != options.DockerBridge ? serving : "",
            Dns = dns?.Current(),
            ControlPort = HostPort.TryParse(options.HttpAddress, out HostPort control) ? control.Port : null,
            StatusPorts = [.. Ports(options.StatusAddress), .. Ports(options.MetricsAddress)],
            ContainerBridges = bridges.Among(Kernel(() => links.List())),
            ClosedToContainers = [.. Ports(options.HttpAddress), .. LoopbackPorts(options.StatusAddress), .. LoopbackPorts(options.MetricsAddress)],
            ExpectPolicy = options.ExpectNpc,
            NoMasqueradeLocal = options.NoMasqueradeLocal,
            Exposures = _exposures,
        };
    }

    /// <summary>None when it is off or a unix socket.</summary>
    private static IEnumerable<int> Ports(string address) => HostPort.TryParse(address, out HostPort door) ? [door.Port] : [];

    /// <summary>Who puts them elsewhere wants them read, maybe by a container.</summary>
    private static IEnumerable<int> LoopbackPorts(string address) =>
        HostPort.TryParse(address, out HostPort door) && IPAddress.TryParse(door.Host, out IPAddress? host) && IPAddress.IsLoopback(host) ? [door.Port] : [];

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
        catch (IOException reason)
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
