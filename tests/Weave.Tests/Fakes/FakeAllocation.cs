using Weave.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Tests.Fakes;

/// <summary>One peer that owns its whole range and gives out the lowest free address.</summary>
internal sealed class FakeAllocation : IAddressAllocation
{
    private readonly SortedSet<uint> _used = [];

    /// <summary>When false, requests wait for ever, as they do before the peers have agreed on a ring.</summary>
    internal bool Ready { get; set; } = true;

    public Ipv4Cidr DefaultSubnet => Universe;

    public Ipv4Cidr Universe { get; init; } = Ipv4Cidr.Parse("10.32.0.0/12");

    public async Task<Ipv4Cidr> AllocateAsync(string ident, Ipv4Cidr subnet, bool isContainer, CancellationToken cancel)
    {
        await WaitAsync(cancel);
        uint address = subnet.Network.Value + 1;
        while (!_used.Add(address))
        {
            address++;
        }

        return subnet with { Address = new Ipv4Address(address) };
    }

    public async Task ClaimAsync(string ident, Ipv4Cidr address, bool isContainer, bool noErrorOnUnknown, CancellationToken cancel)
    {
        await WaitAsync(cancel);
        _used.Add(address.Address.Value);
    }

    public Task<IReadOnlyList<Ipv4Cidr>> LookupAsync(string ident, Ipv4Cidr? subnet, CancellationToken cancel) =>
        Task.FromResult<IReadOnlyList<Ipv4Cidr>>([.. _used.Select(value => new Ipv4Cidr(new Ipv4Address(value), 32))]);

    public Task FreeAsync(string ident, CancellationToken cancel) => _used.Remove(Ipv4Address.Parse(ident).Value)
        ? Task.CompletedTask
        : throw new AllocationException($"Delete: no addresses for {ident}");

    public Task FreeAsync(string ident, Ipv4Address address, CancellationToken cancel) => FreeAsync(address.ToString(), cancel);

    public void OnContainerStarted(string container)
    {
    }

    public void OnContainerDied(string container)
    {
    }

    public void OnContainerDestroyed(string container)
    {
    }

    private Task WaitAsync(CancellationToken cancel) => Ready ? Task.CompletedTask : new TaskCompletionSource().Task.WaitAsync(cancel);
}
