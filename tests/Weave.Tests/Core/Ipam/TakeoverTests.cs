using Weave.Core.Ipam;
using Weave.Simulation.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Ipam;

/// <summary>Shares of dead hosts, taken over by hosts that know more or less (docs/adr/0031-taken-over-space-is-held.md).</summary>
public sealed class TakeoverTests
{
    private const string Universe = "10.32.0.0/24";

    // Host 2 grants an address to host 4 and dies; host 1, which has not heard of the grant, takes its share over. Host 3
    // has heard of it: but its ring, once merged with that of host 1, says that all is host 1's.
    [Fact]
    public void What_had_changed_hands_before_a_takeover_goes_back_to_its_owner()
    {
        AllocatorMesh mesh = new(hosts: 3, Universe);
        mesh.Run(mesh[1], "a");
        mesh.Pass(TimeSpan.FromSeconds(10));
        AllocatorHost taker = mesh[1];
        mesh.Network.Rewire(host => host == taker ? 1 : 0);
        AllocatorHost grantee = mesh.Network.Add();
        mesh.Network.Start(grantee);
        mesh.Deliver();
        Ipv4Address first = mesh.Status(taker).Entries.Single(entry => entry.Peer == mesh[2].Self).Token;
        mesh.Claim(grantee, "granted", $"{first}/24");
        mesh.Deliver();
        Assert.Equal(first, Assert.Single(grantee.Containers).Value.Address);
        Assert.Equal(grantee.Self, Owner(mesh, mesh[3], first));
        Assert.Equal(mesh[2].Self, Owner(mesh, taker, first));

        mesh.Network.Disconnect(mesh[2], mesh[2].PowerOff);
        mesh.Network.Rewire(host => host == grantee ? 1 : 0);
        Assert.True(taker.Allocator!.TakeOver(mesh.Network.Now, mesh[2].Self.ToString()) > 0);
        mesh.Pass(TimeSpan.FromSeconds(20));
        Assert.Equal(grantee.Self, Owner(mesh, taker, first));
        for (int i = 0; i < 260; i++)
        {
            mesh.Run(taker, $"t{i}"); // no address twice: checked with each
        }

        Assert.True(taker.Containers.Count > 100, $"only {taker.Containers.Count} addresses of its own");
        mesh.Network.Rewire(_ => 0);
        mesh.Pass(TimeSpan.FromSeconds(60));
        Assert.Single(mesh.Rings().Distinct());
        Assert.All(mesh.Network.Hosts.Where(host => host.IsUp), host => Assert.Empty(mesh.Status(host).Conflicts));
    }

    [Fact]
    public void A_share_is_taken_over_whole_when_nobody_knows_better()
    {
        AllocatorMesh mesh = new(hosts: 3, Universe);
        mesh.Run(mesh[1], "a");
        mesh.Pass(TimeSpan.FromSeconds(10));
        uint dead = mesh.Share(mesh[1]);
        uint had = mesh.Share(mesh[2]);
        mesh.Network.Disconnect(mesh[1], mesh[1].PowerOff);
        Assert.Equal(dead, mesh[2].Allocator!.TakeOver(mesh.Network.Now, mesh[1].Self.ToString()));
        mesh.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal(had + dead, mesh.Share(mesh[2]));
        Assert.Empty(mesh.Status(mesh[2]).Held);
    }

    [Fact]
    public void A_peer_without_space_gives_nothing_and_one_that_nobody_knows_is_refused()
    {
        AllocatorMesh mesh = new(hosts: 2, Universe);
        mesh.Run(mesh[1], "a");
        mesh.Pass(TimeSpan.FromSeconds(10));
        mesh.Network.Start(mesh.Network.Add());
        mesh.Pass(TimeSpan.FromSeconds(10));
        List<string> rings = [.. mesh.Rings()];
        Assert.Equal(0u, mesh[1].Allocator!.TakeOver(mesh.Network.Now, mesh[3].Self.ToString()));
        Assert.Equal(0u, mesh[1].Allocator!.TakeOver(mesh.Network.Now, "host1")); // itself
        Assert.Null(mesh[1].Allocator!.TakeOver(mesh.Network.Now, "nosuch"));
        Assert.Null(mesh[1].Allocator!.TakeOver(mesh.Network.Now, "00:00:00:00:00:99"));
        Assert.Equal(rings, mesh.Rings());
    }

    // Host 2 took over host 1's share while host 3, an owner, was away; then host 3 is found to be dead as well.
    [Fact]
    public void Nobody_waits_for_a_peer_that_was_removed()
    {
        AllocatorMesh mesh = new(hosts: 3, Universe);
        mesh.Run(mesh[1], "a");
        mesh.Pass(TimeSpan.FromSeconds(10));
        mesh.Network.Disconnect(mesh[1], mesh[1].PowerOff);
        mesh.Network.Disconnect(mesh[3], mesh[3].PowerOff);
        mesh[2].Allocator!.TakeOver(mesh.Network.Now, "host1");
        mesh.Pass(TimeSpan.FromSeconds(10));
        Assert.NotEmpty(mesh.Status(mesh[2]).Held);
        mesh[2].Allocator!.TakeOver(mesh.Network.Now, "host3");
        Assert.Empty(mesh.Status(mesh[2]).Held);
        Assert.Equal(256u, mesh.Share(mesh[2]));
    }

    [Fact]
    public void Two_that_take_over_the_same_share_end_with_one_owner()
    {
        AllocatorMesh mesh = new(hosts: 4, Universe);
        mesh.Run(mesh[1], "a");
        mesh.Pass(TimeSpan.FromSeconds(10));
        mesh.Network.Disconnect(mesh[1], mesh[1].PowerOff);
        mesh.Network.Rewire(host => host == mesh[2] ? 1 : 0);
        Assert.True(mesh[2].Allocator!.TakeOver(mesh.Network.Now, mesh[1].Self.ToString()) > 0);
        Assert.True(mesh[3].Allocator!.TakeOver(mesh.Network.Now, mesh[1].Self.ToString()) > 0);
        mesh.Pass(TimeSpan.FromSeconds(10));
        Assert.NotEmpty(mesh.Status(mesh[2]).Held);
        Assert.NotEmpty(mesh.Status(mesh[3]).Held); // an owner that may have taken it too cannot be asked
        mesh.Network.Rewire(_ => 0);
        mesh.Pass(TimeSpan.FromSeconds(40));
        Assert.Single(mesh.Rings().Distinct());
        Assert.All(mesh.Network.Hosts.Where(host => host.IsUp), host => Assert.Empty(mesh.Status(host).Held));
    }

    private static PeerName Owner(AllocatorMesh mesh, AllocatorHost view, Ipv4Address address) =>
        mesh.Status(view).Entries.Last(entry => entry.Token.Value <= address.Value).Peer;
}
