using Weave.Core.Ipam;
using Weave.Simulation.Ipam;
using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Ipam;

/// <summary>Requests that cannot be met are refused with a reason that names what is in the way, and change nothing.</summary>
public sealed class BadInputTests
{
    [Theory]
    [InlineData("10.32.0.0/33", "invalid CIDR address: 10.32.0.0/33")]
    [InlineData("10.32.0.0", "invalid CIDR address: 10.32.0.0")]
    [InlineData("", "invalid CIDR address: ")]
    [InlineData("fe80::/64", "invalid Non-IPv4 address not supported: fe80::/64")]
    [InlineData("10.32.0.0/31", "invalid subnet - smaller than minimum size 4: 10.32.0.0/31")]
    [InlineData("0.0.0.0/0", "invalid subnet - smaller than minimum size 4: 0.0.0.0/0")]
    [InlineData("10.32.0.1/24", "invalid subnet - bits after network prefix are not all zero: 10.32.0.1/24")]
    [InlineData("255.255.255.0/24", "invalid subnet - must end before 255.255.255.255: 255.255.255.0/24")]
    public void A_range_that_makes_no_sense_is_refused(string text, string reason)
    {
        Assert.False(SubnetText.TryParseUniverse(text, out _, out string error));
        Assert.Equal(reason, error);
    }

    [Fact]
    public void A_peer_that_is_connected_is_known_to_live_by_name_and_nickname_and_one_that_is_gone_is_not()
    {
        AllocatorMesh mesh = Agreed();
        Assert.Equal("00:00:00:00:00:02(host2)", mesh[1].Allocator!.Living("host2"));
        Assert.Equal("00:00:00:00:00:02(host2)", mesh[1].Allocator!.Living("00:00:00:00:00:02"));
        Assert.Null(mesh[1].Allocator!.Living("host1"));
        Assert.Null(mesh[1].Allocator!.Living("nobody"));
        mesh.Network.Disconnect(mesh[2], mesh[2].PowerOff);
        Assert.Null(mesh[1].Allocator!.Living("host2"));
        Assert.True(mesh[1].Allocator!.TakeOver(mesh.Network.Now, "host2") > 0);
    }

    [Fact]
    public void An_address_of_another_container_is_refused_with_its_name()
    {
        AllocatorMesh mesh = Agreed();
        Assert.Null(Assert.Single(mesh.Claim(mesh[1], "first", "10.32.0.7/24")).Error);
        AssertRefused(mesh, mesh[1], "10.32.0.7/24", "address 10.32.0.7/24 is already owned by first");
    }

    [Fact]
    public void An_address_outside_the_range_is_given_once()
    {
        AllocatorMesh mesh = Agreed();
        Assert.Null(Assert.Single(mesh.Claim(mesh[1], "first", "192.168.5.5/24")).Error);
        AssertRefused(mesh, mesh[1], "192.168.5.5/24", "address 192.168.5.5/24 already in use by first");
        AssertRefused(mesh, mesh[1], "192.168.5.5/24", "address 192.168.5.5/24 already in use by first");
    }

    [Fact]
    public void An_address_outside_the_range_in_use_on_another_host_is_refused_with_the_name_of_the_host()
    {
        AllocatorMesh mesh = Agreed();
        Assert.Null(Assert.Single(mesh.Claim(mesh[1], "first", "192.168.5.5/24")).Error);
        mesh.Deliver();
        AssertRefused(mesh, mesh[2], "192.168.5.5/24", "address 192.168.5.5/24 already in use on 00:00:00:00:00:01(host1)");
    }

    [Fact]
    public void An_address_outside_the_range_is_free_again_when_its_container_has_died_or_its_host_is_gone()
    {
        AllocatorMesh mesh = Agreed();
        mesh.Claim(mesh[1], "first", "192.168.5.5/24");
        mesh.Deliver();
        mesh[1].Containers.Remove("first");
        mesh[1].Allocator!.OnContainerDied(mesh.Network.Now, "first");
        mesh.Deliver();
        Assert.Null(Assert.Single(mesh.Claim(mesh[2], "second", "192.168.5.5/24")).Error);
        mesh.Deliver();
        mesh.Network.Disconnect(mesh[2], mesh[2].PowerOff);
        Assert.Null(Assert.Single(mesh.Claim(mesh[1], "third", "192.168.5.5/24")).Error);
    }

    // A partition, or both at once: nobody could tell. Both are told when they meet, until one of them ends.
    [Fact]
    public void An_address_outside_the_range_that_two_hosts_use_is_reported_by_both()
    {
        AllocatorMesh mesh = Agreed();
        mesh.Network.Rewire(host => host == mesh[1] ? 1 : 0);
        foreach (AllocatorHost host in mesh.Network.Hosts)
        {
            bool given = false;
            host.Allocator!.Submit(mesh.Network.Now, new ClaimRequest("c", Ipv4Cidr.Parse("192.168.5.5/24"), isContainer: true, noErrorOnUnknown: false, answer => given = answer.Error is null));
            Assert.True(given);
        }

        mesh.Network.Rewire(_ => 0);
        mesh.Pass(TimeSpan.FromSeconds(40));
        Assert.All(mesh.Network.Hosts, host => Assert.Single(mesh.Status(host).Conflicts, text => text.Contains("192.168.5.5 is in use there and here", StringComparison.Ordinal)));
        Assert.All(mesh.Network.Hosts, host => Assert.Single(host.Allocator!.Notes, note => note.Text.Contains("192.168.5.5", StringComparison.Ordinal)));
        mesh[1].Allocator!.OnContainerDestroyed(mesh.Network.Now, "c");
        mesh.Deliver();
        Assert.All(mesh.Network.Hosts, host => Assert.Empty(mesh.Status(host).Conflicts));
    }

    // Its clock was ahead in its former life.
    [Fact]
    public void What_a_host_used_before_it_was_restarted_is_put_right()
    {
        OutsideTable table = new(new PeerName(1), _ => true);
        OutsideAddresses before = new(new PeerName(1), 100, [Ipv4Address.Parse("192.168.5.5")]);
        Assert.True(table.Merge([before]));
        Assert.Equal(101u, Assert.Single(table.All).Version);
        Assert.Empty(Assert.Single(table.All).Addresses);
        Assert.False(table.Merge([before]));
        Assert.False(table.SetOwn([], 7));
        Assert.True(table.SetOwn(before.Addresses, 7));
        Assert.Equal(102u, Assert.Single(table.All).Version);
    }

    [Fact]
    public void An_address_in_use_on_another_host_is_refused_with_the_name_of_the_host()
    {
        AllocatorMesh mesh = Agreed();
        Assert.Null(Assert.Single(mesh.Claim(mesh[1], "first", "10.32.0.7/24")).Error);
        AssertRefused(mesh, mesh[2], "10.32.0.7/24", "address 10.32.0.7/24 is owned by other peer 00:00:00:00:00:01 (host1)");
    }

    [Fact]
    public void A_subnet_outside_the_range_is_refused()
    {
        AllocatorMesh mesh = Agreed();
        AllocationAnswer answer = Assert.Single(mesh.Run(mesh[1], "far", Ipv4Cidr.Parse("10.99.0.0/24")));
        Assert.Equal("range 10.99.0.0/24 out of bounds: 10.32.0.0/24", answer.Error);
        Assert.DoesNotContain("far", mesh[1].Allocator!.Owned.Keys);
    }

    private static void AssertRefused(AllocatorMesh mesh, AllocatorHost host, string cidr, string reason)
    {
        mesh.Pass(TimeSpan.FromSeconds(40)); // free counts are told now and then
        List<string> rings = [.. mesh.Rings()];
        List<AllocationAnswer> answers = mesh.Claim(host, "second", cidr);
        mesh.Pass(TimeSpan.FromSeconds(6));
        Assert.Equal(reason, Assert.Single(answers).Error);
        Assert.DoesNotContain("second", host.Allocator!.Owned.Keys);
        Assert.Empty(mesh.Status(host).PendingClaims);
        Assert.Equal(rings, mesh.Rings());
    }

    private static AllocatorMesh Agreed()
    {
        AllocatorMesh mesh = new(hosts: 2);
        mesh.Run(mesh[1], "a");
        mesh.Run(mesh[2], "b");
        mesh.Pass(TimeSpan.FromSeconds(10));
        return mesh;
    }
}
