using Weave.Core.Ipam;
using Weave.Simulation.Ipam;
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
