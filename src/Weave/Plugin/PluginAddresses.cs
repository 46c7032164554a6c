using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weave.Ipam;
using Weave.Persistence;
using Weave.Plugin.Model;
using Weave.Wire.Primitives;

namespace Weave.Plugin;

/// <summary>
/// The addresses that Docker has from us. What it gave back while we were away, nobody told us: a while after the start
/// those are freed that no endpoint uses and nobody asked for again.
/// </summary>
internal sealed class PluginAddresses : BackgroundService
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly IStateStore _store;
    private readonly EndpointTable _endpoints;
    private readonly IAddressAllocation _allocation;
    private readonly TimeProvider _time;
    private readonly ILogger<PluginAddresses> _logger;
    private readonly HashSet<Ipv4Address> _unconfirmed = [];

    public PluginAddresses(IStateStore store, EndpointTable endpoints, IAddressAllocation allocation, TimeProvider time, ILogger<PluginAddresses> logger)
    {
        _store = store;
        _endpoints = endpoints;
        _allocation = allocation;
        _time = time;
        _logger = logger;
        foreach ((string key, _) in store.Under(StateKeys.PluginAddresses))
        {
            if (Ipv4Address.TryParse(key.AsSpan(StateKeys.PluginAddresses.Length), out Ipv4Address address))
            {
                _unconfirmed.Add(address);
            }
        }
    }

    /// <exception cref="IOException">It cannot be stored.</exception>
    internal void Given(Ipv4Address address)
    {
        lock (_gate)
        {
            _unconfirmed.Remove(address);
            if (_store.Get(Key(address)) is null)
            {
                _store.Put(Key(address), new EmptyMessage(), PluginJson.Default.EmptyMessage);
            }
        }
    }

    internal void GivenBack(Ipv4Address address)
    {
        lock (_gate)
        {
            _unconfirmed.Remove(address);
            if (_store.Get(Key(address)) is not null)
            {
                _store.RemoveSoon(Key(address));
            }
        }
    }

    /// <summary>Frees what nobody claimed.</summary>
    internal async Task SweepAsync(CancellationToken cancel)
    {
        foreach (Ipv4Address address in TakeLost())
        {
            try
            {
                await _allocation.FreeAsync(address.ToString(), cancel).ConfigureAwait(false);
                _logger.LostAddressFreed(address.ToString());
            }
            catch (AllocationException)
            {
                // Its owner ended, and the allocation freed it.
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(Grace, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stoppingToken.IsCancellationRequested)
        {
            await SweepAsync(stoppingToken).ConfigureAwait(false);
        }
    }

    private List<Ipv4Address> TakeLost()
    {
        lock (_gate)
        {
            List<Ipv4Address> lost = [.. _unconfirmed.Except(_endpoints.Addresses).Order()];
            _unconfirmed.Clear();
            lost.ForEach(address => _store.RemoveSoon(Key(address)));
            return lost;
        }
    }

    private static string Key(Ipv4Address address) => StateKeys.PluginAddresses + address;
}
