using Weave.Core.Ipam;
using Weave.Ipam;
using Weave.Persistence;
using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Tests.Ipam;

public sealed class StoredAllocationTests
{
    private static readonly PeerName Self = new(1);
    private static readonly Ipv4Range Range = new(0x0A20_0000, 0x0A30_0000);

    [Fact]
    public void What_was_committed_is_loaded()
    {
        MemoryStateStore store = new();
        StoredAllocation stored = new(store, Self);
        Assert.Null(stored.Load());
        RingState ring = new(Range, Self, [new RingEntry(Range.Start, Self, 3, 7), new RingEntry(new Ipv4Address(0x0A28_0000), new PeerName(2), 0, 9)], [Self, new PeerName(2)]);
        RangeHold hold = new(new Ipv4Range(0x0A20_0000, 0x0A20_0010), [new PeerName(2)], new RingEntry(Ipv4Address.Parse("10.32.0.0"), new PeerName(3), 7, 4));
        OwnedAddresses owned = new(true, [Ipv4Cidr.Parse("10.32.0.1/12"), Ipv4Cidr.Parse("10.32.0.9/24")]);
        stored.Commit(new AllocationChange(ring, [new("c1", owned), new("c2", owned)], [hold], StartOver: false));
        stored.Commit(new AllocationChange(null, [new("c2", null)], null, StartOver: false));

        AllocationRecord loaded = new StoredAllocation(store, Self).Load()!;
        Assert.Equal(Self, loaded.Peer);
        Assert.Equal(ring.Entries, loaded.Ring!.Entries);
        Assert.Equal(ring.Seeds, loaded.Ring.Seeds);
        Assert.Equal(Range, loaded.Ring.Range);
        Assert.Equal("c1", Assert.Single(loaded.Owned).Key);
        Assert.Equal(owned.Cidrs, loaded.Owned["c1"].Cidrs);
        Assert.Equal(hold.Range, Assert.Single(loaded.Holds).Range);
        Assert.Equal(hold.Basis, loaded.Holds[0].Basis);
    }

    [Fact]
    public void A_token_that_is_gone_is_forgotten()
    {
        MemoryStateStore store = new();
        StoredAllocation stored = new(store, Self);
        RingEntry first = new(Range.Start, Self, 0, 0);
        stored.Commit(new AllocationChange(new RingState(Range, Self, [first, new RingEntry(new Ipv4Address(0x0A28_0000), Self, 0, 0)], []), [], null, StartOver: false));
        stored.Commit(new AllocationChange(new RingState(Range, Self, [first], []), [], null, StartOver: false));
        Assert.Equal([first], new StoredAllocation(store, Self).Load()!.Ring!.Entries);
    }

    [Fact]
    public void Starting_over_forgets_everything()
    {
        MemoryStateStore store = new();
        StoredAllocation stored = new(store, Self);
        stored.Commit(new AllocationChange(new RingState(Range, Self, [new RingEntry(Range.Start, Self, 0, 0)], []), [new("c1", new OwnedAddresses(true, [Ipv4Cidr.Parse("10.32.0.1/12")]))], null, StartOver: false));
        stored.Commit(new AllocationChange(null, [], null, StartOver: true));
        AllocationRecord loaded = new StoredAllocation(store, Self).Load()!;
        Assert.Null(loaded.Ring);
        Assert.Empty(loaded.Owned);
    }
}
