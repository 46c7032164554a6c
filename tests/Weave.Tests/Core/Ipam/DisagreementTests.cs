using Weave.Core.Ipam;
using Weave.Core.Mesh;
using Weave.Simulation.Ipam;
using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Ipam;

/// <summary>Must never happen 1: a disagreement about addresses cuts the data plane. That no fault closes a connection is the router's matter.</summary>
public sealed class DisagreementTests
{
    private static readonly PeerName Stranger = new(9);

    [Fact]
    public void The_same_token_and_version_with_another_owner_is_shown_and_settled_alike_by_all()
    {
        AllocatorMesh mesh = InUse();
        RingState ring = RingOf(mesh[1]);
        Tell(mesh, ring with { Peer = Stranger, Entries = [.. ring.Entries.Select(entry => entry with { Peer = Stranger, Free = 0 })] });
        AssertSettled(mesh);
        Assert.Contains(mesh.Network.Hosts, host => host.Allocator!.HealedConflicts > 0);
        Assert.Contains(mesh.Network.Hosts, host => host.Allocator!.Notes.Any(note => note.IsWarning && note.Text.Contains("host1", StringComparison.Ordinal) && note.Text.Contains($"{Stranger}", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_ring_of_other_seeds_is_shown_and_settled_alike_by_all()
    {
        AllocatorMesh mesh = InUse();
        RingState ring = RingOf(mesh[1]);
        Tell(mesh, ring with { Peer = Stranger, Seeds = [Stranger], Entries = [new RingEntry(ring.Range.Start, Stranger, 5, 0)] });
        Assert.Contains(mesh.Network.Hosts, host => mesh.Status(host).Conflicts.Any(text => text.Contains("seeded by different peers", StringComparison.Ordinal)));
        AssertSettled(mesh);
    }

    [Fact]
    public void A_free_count_that_cannot_be_is_a_fault_that_changes_nothing()
    {
        AllocatorMesh mesh = InUse();
        List<string> rings = [.. mesh.Rings()];
        RingState ring = RingOf(mesh[1]);
        GossipOutcome[] outcomes = Tell(mesh, ring with { Peer = Stranger, Entries = [.. ring.Entries.Select(entry => entry with { Free = 100_000 })] });
        Assert.All(outcomes, outcome => Assert.NotNull(outcome.Fault));
        Assert.All(mesh.Network.Hosts, host => Assert.Contains(mesh.Status(host).Conflicts, text => text.Contains($"{Stranger}", StringComparison.Ordinal)));
        Assert.Equal(rings, mesh.Rings());
        AssertSettled(mesh);
    }

    [Fact]
    public void A_ring_without_entries_drives_nobody_out_whatever_its_seeds()
    {
        AllocatorMesh mesh = InUse();
        List<string> rings = [.. mesh.Rings()];
        RingState ring = RingOf(mesh[1]);
        PeerName[] many = [.. ring.Seeds, Stranger];
        GossipOutcome[] outcomes = Tell(mesh, ring with { Peer = Stranger, Seeds = many, Entries = [] });
        Assert.All(outcomes, outcome => Assert.NotNull(outcome.Fault));
        Assert.Equal(rings, mesh.Rings());
        AssertSettled(mesh);
    }

    [Fact]
    public void The_seeds_of_a_ring_without_entries_do_not_keep_a_real_one_out()
    {
        AllocatorMesh mesh = InUse();
        RingState ring = RingOf(mesh[1]);
        AllocatorMesh fresh = new(hosts: 3);
        PeerName[] many = [.. ring.Seeds, Stranger];
        Tell(fresh, ring with { Peer = Stranger, Seeds = many, Entries = [] });
        Tell(fresh, ring with { Peer = Stranger });
        Assert.Equal(Owners(mesh), Owners(fresh));
    }

    private static AllocatorMesh InUse()
    {
        AllocatorMesh mesh = new(hosts: 3);
        for (int i = 1; i <= 3; i++)
        {
            mesh.Run(mesh[i], $"c{i}");
        }

        mesh.Pass(TimeSpan.FromSeconds(10));
        return mesh;
    }

    private static IEnumerable<string> Owners(AllocatorMesh mesh) => mesh.Network.Hosts.Select(host => string.Join(
        ' ', mesh.Status(host).Entries.Select(entry => $"{entry.Token}+{entry.Size}={entry.Peer}")));

    private static RingState RingOf(AllocatorHost host) => host.Store.Load()!.Ring!;

    private static GossipOutcome[] Tell(AllocatorMesh mesh, RingState ring)
    {
        byte[] state = AllocatorMessage.EncodeState(new AllocatorState(0, new Dictionary<PeerName, string>(), null, ring, []));
        return [.. mesh.Network.Hosts.Select(host => host.Allocator!.OnGossip(mesh.Network.Now, Stranger, state))];
    }

    // One ring everywhere, and each container's address belongs to its host.
    private static void AssertSettled(AllocatorMesh mesh)
    {
        mesh.Pass(TimeSpan.FromSeconds(60));
        Assert.Single(mesh.Rings().Distinct());
        foreach (AllocatorHost host in mesh.Network.Hosts)
        {
            Ipv4Address used = Assert.Single(host.Containers).Value.Address;
            Assert.Equal(host.Self, mesh.Status(host).Entries.Last(entry => entry.Token.Value <= used.Value).Peer);
            Assert.Empty(mesh.Status(host).PendingClaims);
            Assert.Null(Assert.Single(mesh.Run(host, $"more on {host.Self}")).Error);
            host.Containers.Remove($"more on {host.Self}");
        }
    }
}
