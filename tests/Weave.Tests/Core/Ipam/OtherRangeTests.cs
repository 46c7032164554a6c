using Weave.Core.Ipam;
using Weave.Simulation.Ipam;
using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Ipam;

/// <summary>Hosts of one mesh that were started with different ranges (docs/adr/0086-what-no-ring-tells.md).</summary>
public sealed class OtherRangeTests
{
    private const string Ours = "10.32.0.0/24";

    [Theory]
    [InlineData("10.32.0.0/25", "10.32.0.128", "10.32.0.254")] // within ours
    [InlineData("10.32.0.64/26", "10.32.0.1", "10.32.0.63")] // in the middle of ours
    public void Addresses_beside_the_other_range_are_given_out(string theirs, string from, string to)
    {
        AllocatorMesh mesh = Different(theirs);
        Ipv4Address first = Assert.Single(mesh.Run(mesh[1], "b")).Address.Address;
        Assert.InRange(first.Value, Ipv4Address.Parse(from).Value, Ipv4Address.Parse(to).Value);
        Assert.Contains($"ours is {Ours}", Assert.Single(mesh[1].Allocator!.OtherRanges).Value, StringComparison.Ordinal);
        Assert.Contains($"ours is {theirs}", Assert.Single(mesh[2].Allocator!.OtherRanges).Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.32.0.0/16")]
    [InlineData("10.0.0.0/8")]
    public void With_all_of_our_range_in_theirs_whoever_asks_is_told_why_there_is_nothing(string theirs)
    {
        AllocatorMesh mesh = Different(theirs);
        List<AllocationAnswer> answers = mesh.Run(mesh[1], "b");
        List<AllocationAnswer> claims = mesh.Claim(mesh[1], "c", "10.32.0.77/24");
        mesh.Pass(TimeSpan.FromSeconds(1));
        Assert.Contains($"00:00:00:00:00:02(host2) is {theirs}", Assert.Single(answers).Error, StringComparison.Ordinal);
        Assert.Contains($"00:00:00:00:00:02(host2) is {theirs}", Assert.Single(claims).Error, StringComparison.Ordinal);
        Assert.Empty(mesh.Status(mesh[1]).PendingAllocates);
    }

    [Fact]
    public void A_default_subnet_in_what_both_have_is_refused_and_another_is_not()
    {
        AllocatorMesh mesh = Different("10.32.0.0/25");
        List<AllocationAnswer> within = mesh.Run(mesh[1], "b", Ipv4Cidr.Parse("10.32.0.64/26"));
        mesh.Pass(TimeSpan.FromSeconds(1));
        Assert.NotNull(Assert.Single(within).Error);
        Assert.Null(Assert.Single(mesh.Run(mesh[1], "c", Ipv4Cidr.Parse("10.32.0.192/26"))).Error);
    }

    [Fact]
    public void Ranges_that_have_nothing_in_common_are_told_and_hold_nothing_back()
    {
        AllocatorMesh mesh = Different("10.40.0.0/24");
        Assert.Null(Assert.Single(mesh.Run(mesh[1], "b")).Error);
        Assert.Null(Assert.Single(mesh.Run(mesh[2], "b", Ipv4Cidr.Parse("10.40.0.0/24"))).Error);
        Assert.Single(mesh[1].Allocator!.OtherRanges);
    }

    [Fact]
    public void A_peer_that_is_away_goes_on_using_its_range()
    {
        AllocatorMesh mesh = Different("10.32.0.0/25");
        mesh.Network.Rewire(host => host == mesh[2] ? 1 : 0);
        mesh.Pass(TimeSpan.FromMinutes(20));
        Assert.Contains("away", Assert.Single(mesh[1].Allocator!.OtherRanges).Value, StringComparison.Ordinal);
        Assert.True(Assert.Single(mesh.Run(mesh[1], "b")).Address.Address.Value >= Ipv4Address.Parse("10.32.0.128").Value);
        Assert.NotNull(mesh[1].Allocator!.TakeOver(mesh.Network.Now, "00:00:00:00:00:02")); // the user says that it is gone
        Assert.Empty(mesh[1].Allocator!.OtherRanges);
        Assert.True(Assert.Single(mesh.Run(mesh[1], "c")).Address.Address.Value < Ipv4Address.Parse("10.32.0.128").Value);
    }

    [Fact]
    public void A_peer_that_had_nothing_in_use_and_went_is_forgotten()
    {
        AllocatorMesh mesh = new(hosts: 1, Ours);
        mesh.Run(mesh[1], "a");
        AllocatorHost visitor = mesh.Network.Add();
        visitor.Universe = Ipv4Cidr.Parse("10.0.0.0/8");
        mesh.Network.Start(visitor);
        mesh.Pass(TimeSpan.FromSeconds(10));
        Assert.Single(mesh[1].Allocator!.OtherRanges);
        mesh.Network.Disconnect(visitor, visitor.PowerOff);
        mesh.Pass(TimeSpan.FromMinutes(6));
        Assert.Empty(mesh[1].Allocator!.OtherRanges);
        Assert.Null(Assert.Single(mesh.Run(mesh[1], "b")).Error);
    }

    // An original peer says by its ring alone what its range is, to its neighbours; they tell the others.
    [Fact]
    public void The_range_of_an_original_peer_is_told_on_to_those_behind_us()
    {
        AllocatorMesh mesh = new(hosts: 2, Ours);
        mesh.Run(mesh[1], "a");
        mesh.Pass(TimeSpan.FromSeconds(5));
        AllocatorHost original = mesh.Network.Add(original: true);
        original.Universe = Ipv4Cidr.Parse("10.32.0.0/25");
        mesh.Network.Start(original);
        RingState theirs = new(Ipv4Range.Of(original.Universe), original.Self, [new RingEntry(original.Universe.Address, original.Self, 0, 100)], [original.Self]);
        byte[] state = AllocatorMessage.EncodeState(new AllocatorState(0, new Dictionary<PeerName, string>(), null, theirs, []));
        Assert.NotNull(mesh[1].Allocator!.OnGossip(mesh.Network.Now, original.Self, state).Fault);
        mesh.Deliver();
        Assert.All([mesh[1], mesh[2]], host => Assert.Contains("is 10.32.0.0/25", Assert.Single(host.Allocator!.OtherRanges).Value, StringComparison.Ordinal));
    }

    // Host by host, by docs/operations.md: what runs keeps its address, nothing is given twice, and at the end all is as ever.
    [Theory]
    [InlineData("10.40.0.0/24", 0)] // a range that has nothing in common with the old one: no host stands still
    [InlineData("10.32.0.0/23", 1)] // the first host's share is all in what both have
    [InlineData("10.32.0.0/25", 2)]
    public void The_range_of_a_mesh_can_be_changed_host_by_host(string text, ulong standStill)
    {
        AllocatorMesh mesh = new(hosts: 3, Ours);
        foreach (AllocatorHost host in mesh.Network.Hosts)
        {
            mesh.Run(host, $"old@{host.Self}");
            mesh.Pass(TimeSpan.FromSeconds(5));
        }

        Ipv4Cidr range = Ipv4Cidr.Parse(text);
        foreach (AllocatorHost host in mesh.Network.Hosts)
        {
            mesh.Network.Disconnect(host, host.Kill);
            host.Universe = range;
            host.Seeds = [.. mesh.Network.Hosts.Select(each => each.Self)];
            mesh.Network.Start(host);
            mesh.Pass(TimeSpan.FromSeconds(5));
            List<AllocationAnswer> answers = mesh.Run(host, $"during@{host.Self}", range);
            mesh.Pass(TimeSpan.FromSeconds(5));
            Assert.Equal(host.Self.Value <= standStill, Assert.Single(answers).Error is not null);
        }

        foreach (AllocatorHost host in mesh.Network.Hosts)
        {
            Assert.Null(Assert.Single(mesh.Run(host, $"new@{host.Self}", range)).Error);
            Assert.Contains($"old@{host.Self}", host.Containers.Keys);
            Assert.Empty(host.Allocator!.OtherRanges);
            Assert.Empty(mesh.Status(host).Held);
        }

        mesh.Pass(TimeSpan.FromSeconds(40));
        Assert.Single(mesh.Rings().Distinct());
        Assert.All(mesh.Network.Hosts, host => Assert.Empty(mesh.Status(host).Conflicts));
    }

    // Two hosts that gave out addresses of ranges of their own, and were connected then.
    private static AllocatorMesh Different(string theirs)
    {
        AllocatorMesh mesh = new(hosts: 1, Ours);
        mesh.Network.Start(mesh.Network.Add());
        mesh.Network.Rewire(host => host == mesh[2] ? 1 : 0);
        mesh[2].Kill();
        mesh[2].Universe = Ipv4Cidr.Parse(theirs);
        mesh.Network.Start(mesh[2]);
        mesh.Run(mesh[1], "a", Ipv4Cidr.Parse(Ours));
        mesh[2].Allocator!.Submit(mesh.Network.Now, new AllocateRequest("a", mesh[2].Universe, isContainer: true, _ => { }));
        mesh.Network.Rewire(_ => 0);
        mesh.Pass(TimeSpan.FromSeconds(1));
        return mesh;
    }
}
