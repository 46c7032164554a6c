using Weave.Core.Ipam;
using Weave.Simulation.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Ipam;

/// <summary>An allocator whose store takes nothing for a while.</summary>
public sealed class UnstoredTests
{
    private const string Full = "it could not be stored: the volume of /weavedb is full";

    [Fact]
    public void No_address_is_given_while_it_cannot_be_stored_and_the_first_one_after()
    {
        AllocatorMesh mesh = Agreed();
        mesh[1].Store.Fault = Full;
        Assert.Equal(Full, Assert.Single(mesh.Run(mesh[1], "a")).Error);
        Assert.Equal(Full, Assert.Single(mesh.Claim(mesh[1], "b", "10.32.0.9/24")).Error);
        Assert.Equal(Full, Assert.Single(mesh.Claim(mesh[1], "c", "192.168.7.7/24")).Error);
        Assert.Equal(["first"], mesh[1].Allocator!.Owned.Keys);

        mesh[1].Store.Fault = null;
        Assert.Null(Assert.Single(mesh.Run(mesh[1], "d")).Error);
        Assert.Null(Assert.Single(mesh.Claim(mesh[1], "b", "10.32.0.9/24")).Error);
        Assert.Null(Assert.Single(mesh.Claim(mesh[1], "c", "192.168.7.7/24")).Error);
    }

    [Fact]
    public void Whoever_has_an_address_is_told_it_all_the_same()
    {
        AllocatorMesh mesh = Agreed();
        mesh[1].Store.Fault = Full;
        AllocationAnswer answer = Assert.Single(mesh.Run(mesh[1], "first"));
        Assert.Null(answer.Error);
        Assert.Equal(mesh[1].Containers["first"], answer.Address);
    }

    /// <summary>A crash brings back what is stored: nothing else may be known to others.</summary>
    [Fact]
    public void Nothing_that_is_not_stored_is_given_or_told_to_peers()
    {
        AllocatorMesh mesh = Agreed();
        uint share = mesh.Share(mesh[1]);
        mesh[1].Store.Fault = Full;
        mesh.Stop(mesh[1], "first"); // raises the version of an entry
        Ipv4Cidr ofTheFirst = Ipv4Cidr.Parse("10.32.0.0/25");
        List<AllocationAnswer> asked = mesh.Run(mesh[2], "wants of the first", ofTheFirst);
        mesh.Pass(TimeSpan.FromSeconds(40));
        Assert.Empty(asked);
        Assert.Equal(share, mesh.Share(mesh[1]));
        string stored = string.Join(' ', mesh[1].Store.Load()!.Ring!.Entries.Where(entry => entry.Peer == mesh[1].Self).Select(entry => $"{entry.Token}v{entry.Version}"));
        string seen = string.Join(' ', mesh.Status(mesh[2]).Entries.Where(entry => entry.Peer == mesh[1].Self).Select(entry => $"{entry.Token}v{entry.Version}"));
        Assert.Equal(stored, seen);

        mesh[1].Store.Fault = null;
        mesh.Pass(TimeSpan.FromSeconds(40));
        Assert.Null(Assert.Single(asked).Error);
        Assert.Single(mesh.Rings().Distinct());
    }

    [Fact]
    public void What_happened_meanwhile_is_stored_when_it_can_be_without_a_request()
    {
        AllocatorMesh mesh = Agreed();
        mesh[1].Store.Fault = Full;
        mesh.Stop(mesh[1], "first");
        Assert.Contains("first", mesh[1].Store.Load()!.Owned.Keys);
        mesh[1].Store.Fault = null;
        mesh.Pass(TimeSpan.FromSeconds(6));
        Assert.DoesNotContain("first", mesh[1].Store.Load()!.Owned.Keys);
    }

    [Fact]
    public void A_start_without_anything_that_can_be_stored_agrees_with_others_and_gives_nothing()
    {
        AllocatorMesh mesh = new(hosts: 2);
        mesh[1].Store.Fault = Full;
        List<AllocationAnswer> first = mesh.Run(mesh[1], "a");
        List<AllocationAnswer> second = mesh.Run(mesh[2], "b");
        mesh.Pass(TimeSpan.FromSeconds(40));
        Assert.Equal(Full, Assert.Single(first).Error);
        Assert.Null(Assert.Single(second).Error);
        mesh[1].Store.Fault = null;
        mesh.Pass(TimeSpan.FromSeconds(40));
        Assert.Null(Assert.Single(mesh.Run(mesh[1], "c")).Error);
        mesh.Pass(TimeSpan.FromSeconds(40)); // free counts are told every half minute
        Assert.Single(mesh.Rings().Distinct());
    }

    private static AllocatorMesh Agreed()
    {
        AllocatorMesh mesh = new(hosts: 2);
        mesh.Run(mesh[1], "first");
        mesh.Pass(TimeSpan.FromSeconds(35));
        return mesh;
    }
}
