using Weave.Core.Ipam;
using Weave.Simulation.Ipam;
using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Ipam;

/// <summary>Rings that a stranger made up (docs/adr/0088-made-up-owners-take-nothing.md): nobody loses anything by one message.</summary>
public sealed class MadeUpOwnersTests
{
    private static readonly PeerName Ghost = new(0x020000aa0001);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void More_seeds_win_nothing_when_they_live_nowhere(int hosts) => AssertTakesNothing(hosts, (_, stranger) =>
        Ring(stranger, [.. Enumerable.Range(0, 20).Select(i => new PeerName(0x020000aa0000 + (ulong)i))], [new RingEntry(Start, Ghost, 5, 255)]));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void More_seeds_and_a_name_of_many_owners_win_nothing(int hosts) => AssertTakesNothing(hosts, (_, stranger) =>
        Ring(stranger, [stranger, .. Enumerable.Range(0, 20).Select(i => new PeerName(0x020000aa0000 + (ulong)i))],
            [.. Enumerable.Range(0, 64).Select(i => new RingEntry(new Ipv4Address(Start.Value + (uint)(4 * i)), new PeerName(0x020000aa0000 + (ulong)i), 9, 0))]));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void No_version_is_high_enough(int hosts) => AssertTakesNothing(hosts, (_, stranger) =>
        Ring(stranger, [], [.. Enumerable.Range(0, 16).Select(i => new RingEntry(new Ipv4Address(Start.Value + (uint)(16 * i)), Ghost, uint.MaxValue, 0))]));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Our_own_seeds_and_tokens_with_another_owner_win_nothing(int hosts) => AssertTakesNothing(hosts, (ring, stranger) =>
        ring with { Peer = stranger, Entries = [.. ring.Entries.Select(entry => entry with { Peer = Ghost, Version = entry.Version + 200, Free = 0 })] });

    [Fact]
    public void A_stranger_who_names_himself_the_owner_of_what_a_mesh_has_wins_nothing() => AssertTakesNothing(3, (ring, stranger) =>
        ring with { Peer = stranger, Entries = [.. ring.Entries.Select(entry => entry with { Peer = stranger, Version = entry.Version + 200, Free = 0 })] });

    [Fact]
    public void A_stranger_who_names_himself_the_owner_of_what_one_host_uses_wins_nothing_of_that()
    {
        AllocatorMesh mesh = Used(1);
        AllocatorHost stranger = mesh.Network.Add(original: true);
        mesh.Network.Start(stranger);
        RingState ring = mesh[1].Store.Load()!.Ring!;
        Tell(mesh, stranger, ring with { Peer = stranger.Self, Entries = [.. ring.Entries.Select(entry => entry with { Peer = stranger.Self, Version = entry.Version + 200, Free = 0 })] });
        Assert.Equal(mesh[1].Self, Owner(mesh, mesh[1], mesh[1].Containers["c1"].Address));
    }

    // Nobody knows what he says of his own entries better than a living owner: such news may come from him alone.
    [Fact]
    public void A_host_that_was_removed_and_comes_back_gives_way_though_more_of_its_ring_are_alive_than_of_the_news()
    {
        AllocatorMesh mesh = Used(3);
        mesh.Network.Disconnect(mesh[3], mesh[3].PowerOff);
        mesh[3].Containers.Clear();
        mesh[1].Allocator!.TakeOver(mesh.Network.Now, mesh[3].Self.ToString());
        mesh.Pass(TimeSpan.FromSeconds(10));
        mesh.Network.Start(mesh[3]);
        mesh.Pass(TimeSpan.FromSeconds(40));
        Assert.Equal(0u, mesh.Share(mesh[3]));
        Assert.Single(mesh.Rings().Distinct());
    }

    private static Ipv4Address Start => Ipv4Address.Parse("10.32.0.0");

    private static RingState Ring(PeerName teller, IReadOnlyList<PeerName> seeds, IReadOnlyList<RingEntry> entries) =>
        new(Ipv4Range.Of(Ipv4Cidr.Parse("10.32.0.0/24")), teller, entries, seeds);

    private static AllocatorMesh Used(int hosts)
    {
        AllocatorMesh mesh = new(hosts);
        for (int i = 1; i <= hosts; i++)
        {
            mesh.Run(mesh[i], $"c{i}");
        }

        mesh.Pass(TimeSpan.FromSeconds(40));
        return mesh;
    }

    private static void Tell(AllocatorMesh mesh, AllocatorHost stranger, RingState ring)
    {
        byte[] state = AllocatorMessage.EncodeState(new AllocatorState(0, new Dictionary<PeerName, string>(), null, ring, []));
        foreach (AllocatorHost host in mesh.Network.Hosts.Where(host => host != stranger))
        {
            host.Allocator!.OnGossip(mesh.Network.Now, stranger.Self, state);
        }
    }

    private static void AssertTakesNothing(int hosts, Func<RingState, PeerName, RingState> makeUp)
    {
        AllocatorMesh mesh = Used(hosts);
        string[] owners = [.. mesh.Network.Hosts.Select(host => Owners(mesh, host))];
        AllocatorHost stranger = mesh.Network.Add(original: true);
        mesh.Network.Start(stranger);
        Tell(mesh, stranger, makeUp(mesh[1].Store.Load()!.Ring!, stranger.Self));
        mesh.Network.Disconnect(stranger, stranger.Kill);
        mesh.Pass(TimeSpan.FromSeconds(40));
        AllocatorHost[] real = [.. mesh.Network.Hosts.Where(host => host != stranger)];
        Assert.Equal(owners, real.Select(host => Owners(mesh, host)));
        Assert.All(real, host => Assert.Null(Assert.Single(mesh.Run(host, $"more@{host.Self}")).Error));
    }

    private static string Owners(AllocatorMesh mesh, AllocatorHost host) =>
        string.Join(' ', mesh.Status(host).Entries.Select(entry => $"{entry.Token}+{entry.Size}={entry.Peer}"));

    private static PeerName Owner(AllocatorMesh mesh, AllocatorHost view, Ipv4Address address) =>
        mesh.Status(view).Entries.Last(entry => entry.Token.Value <= address.Value).Peer;

    /// <summary>Its own word takes from it, however many owners are left.</summary>
    [Fact]
    public void What_a_leaving_host_has_is_taken_over_by_those_who_stay()
    {
        AllocatorMesh mesh = new(hosts: 3);
        foreach (int host in (int[])[1, 2, 3])
        {
            mesh.Run(mesh[host], $"c{host}");
            mesh.Pass(TimeSpan.FromSeconds(5));
        }

        mesh.Pass(TimeSpan.FromSeconds(35));
        Assert.Equal(3, mesh.Status(mesh[1]).Entries.Select(entry => entry.Peer).Distinct().Count());
        mesh.Stop(mesh[3], "c3");
        mesh[3].Allocator!.Leave(mesh.Network.Now);
        mesh.Deliver();
        Assert.All([1, 2], host => Assert.DoesNotContain(mesh.Status(mesh[host]).Entries, entry => entry.Peer == mesh[3].Self));
    }
}
