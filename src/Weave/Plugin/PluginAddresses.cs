using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weave.Docker;
using Weave.Ipam;
using Weave.Persistence;
using Weave.Wire.Primitives;

namespace Weave.Plugin;

/// <summary>
/// The addresses that Docker has from us, compared with what it says it has: it may have given one back while we were
/// away, or have hung up while we gave it one. Only Docker knows: an address that no endpoint of ours uses may be a
/// gateway, set aside, or in use by an endpoint of another driver.
/// </summary>
/// <remarks>
/// Freed is what Docker did not have in two answers, and was not given in the minute before the first question: a network
/// or an endpoint that is being made has its address before Docker tells of it. Where nobody can be asked nothing is freed.
/// </remarks>
internal sealed class PluginAddresses : BackgroundService
{
    /// <summary>Nothing younger is taken for lost, and nothing at all before so long after the start.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    /// <summary>Between the two questions.</summary>
    internal static readonly TimeSpan SecondLook = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(20);

    private readonly IStateStore _store;
    private readonly EndpointTable _endpoints;
    private readonly IAddressAllocation _allocation;
    private readonly TimeProvider _time;
    private readonly ILogger<PluginAddresses> _logger;
    private readonly EngineAddresses? _engine;

    public PluginAddresses(
        IStateStore store,
        EndpointTable endpoints,
        IAddressAllocation allocation,
        TimeProvider time,
        ILogger<PluginAddresses> logger,
        EngineAddresses? engine = null)
    {
        _store = store;
        _endpoints = endpoints;
        _allocation = allocation;
        _time = time;
        _logger = logger;
        _engine = engine;
    }

    /// <summary>Docker gave it back: earlier releases kept a list of their own.</summary>
    internal void GivenBack(Ipv4Address address)
    {
        if (_store.Get(Key(address)) is not null)
        {
            _store.RemoveSoon(Key(address));
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        TimeSpan wait = Grace;
        while (_engine is not null)
        {
            await Task.Delay(wait, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            wait = await TryCompareAsync(_engine, stoppingToken).ConfigureAwait(false) ? Interval : RetryInterval;
        }
    }

    /// <returns>False when Docker did not answer.</returns>
    private async Task<bool> TryCompareAsync(EngineAddresses engine, CancellationToken cancel)
    {
        try
        {
            await CompareAsync(engine, cancel).ConfigureAwait(false);
            return true;
        }
        catch (Exception failure) when (failure is DockerException or IOException or HttpRequestException or OperationCanceledException)
        {
            _logger.AddressesNotCompared(failure.Message);
            return false;
        }
    }

    private async Task CompareAsync(EngineAddresses engine, CancellationToken cancel)
    {
        long asked = _time.GetTimestamp();
        HashSet<Ipv4Address> lost = await MissingAsync(engine, cancel).ConfigureAwait(false);
        if (lost.Count == 0)
        {
            return;
        }

        await Task.Delay(SecondLook, _time, cancel).ConfigureAwait(false);
        lost.IntersectWith(await MissingAsync(engine, cancel).ConfigureAwait(false));
        long young = asked - (long)(Grace.TotalSeconds * _time.TimestampFrequency);
        foreach (Ipv4Address address in await _allocation.FreeLostAsync(lost, young, cancel).ConfigureAwait(false))
        {
            _logger.LostAddressFreed(address.ToString());
        }

        foreach (Ipv4Address address in lost)
        {
            if ((await _allocation.LookupAsync(address.ToString(), null, cancel).ConfigureAwait(false)).Count == 0)
            {
                GivenBack(address);
            }
        }
    }

    /// <summary>What Docker has from us by our record, but by nothing else. Docker is not asked when there is none.</summary>
    private async Task<HashSet<Ipv4Address>> MissingAsync(EngineAddresses engine, CancellationToken cancel)
    {
        HashSet<Ipv4Address> missing = [.. await _allocation.OfEngineAsync(cancel).ConfigureAwait(false), .. OfEarlierRelease()];
        missing.ExceptWith(_endpoints.Addresses);
        if (missing.Count > 0)
        {
            missing.ExceptWith(await engine.AskAsync(cancel).ConfigureAwait(false));
        }

        return missing;
    }

    private IEnumerable<Ipv4Address> OfEarlierRelease()
    {
        foreach ((string key, _) in _store.Under(StateKeys.PluginAddresses))
        {
            if (Ipv4Address.TryParse(key.AsSpan(StateKeys.PluginAddresses.Length), out Ipv4Address address))
            {
                yield return address;
            }
        }
    }

    private static string Key(Ipv4Address address) => StateKeys.PluginAddresses + address;
}
