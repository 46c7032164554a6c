using System.Collections.Concurrent;
using Weave.Core.Ipam;
using Weave.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Tests.Fakes;

/// <summary>One peer that owns its whole range and gives out the lowest free address.</summary>
internal sealed class FakeAllocation : IAddressAllocation
{
    private readonly ConcurrentDictionary<Ipv4Address, EngineUse> _used = [];

    /// <summary>When false, requests wait for ever, as they do before the peers have agreed on a ring.</summary>
    internal bool Ready { get; set; } = true;

    public Ipv4Cidr DefaultSubnet => Universe;

    public Ipv4Cidr Universe { get; init; } = Ipv4Cidr.Parse("10.32.0.0/12");

    public async Task<Ipv4Cidr> AllocateAsync(string ident, Ipv4Cidr subnet, bool isContainer, CancellationToken cancel, EngineUse engine = EngineUse.None)
    {
        await WaitAsync(cancel);
        Ipv4Address address = new(subnet.Network.Value + 1);
        while (!_used.TryAdd(address, engine))
        {
            address = new Ipv4Address(address.Value + 1);
        }

        return subnet with { Address = address };
    }

    public async Task ClaimAsync(string ident, Ipv4Cidr address, bool isContainer, bool noErrorOnUnknown, CancellationToken cancel, EngineUse engine = EngineUse.None)
    {
        await WaitAsync(cancel);
        _used[address.Address] = engine;
    }

    public Task<IReadOnlySet<Ipv4Address>> OfEngineAsync(CancellationToken cancel) =>
        Task.FromResult<IReadOnlySet<Ipv4Address>>(_used.Where(pair => pair.Value != EngineUse.None).Select(pair => pair.Key).ToHashSet());

    public Task<IReadOnlyList<Ipv4Address>> FreeLostAsync(IReadOnlySet<Ipv4Address> lost, long notSince, CancellationToken cancel) =>
        Task.FromResult<IReadOnlyList<Ipv4Address>>([.. lost.Where(address => _used.TryRemove(address, out _))]);

    /// <summary>Of one owner without a name, or all.</summary>
    public Task<IReadOnlyList<Ipv4Cidr>> LookupAsync(string ident, Ipv4Cidr? subnet, CancellationToken cancel) =>
        Task.FromResult<IReadOnlyList<Ipv4Cidr>>([.. _used.Keys.Order().Where(address => ident.Length == 0 || $"{address}" == ident).Select(address => new Ipv4Cidr(address, 32))]);

    /// <summary>What the engine has it for; null when it is free.</summary>
    internal EngineUse? UseOf(string address) => _used.TryGetValue(Ipv4Address.Parse(address), out EngineUse use) ? use : null;

    public Task FreeAsync(string ident, CancellationToken cancel) => _used.TryRemove(Ipv4Address.Parse(ident), out _)
        ? Task.CompletedTask
        : throw new AllocationException($"Delete: no addresses for {ident}");

    public Task FreeAsync(string ident, Ipv4Address address, CancellationToken cancel) => FreeAsync(address.ToString(), cancel);

    public void OnContainerStarted(string container)
    {
    }

    public void OnContainerDied(string container, long? heardAt = null)
    {
    }

    public void OnContainerDestroyed(string container)
    {
    }

    private Task WaitAsync(CancellationToken cancel) => Ready ? Task.CompletedTask : new TaskCompletionSource().Task.WaitAsync(cancel);
}
