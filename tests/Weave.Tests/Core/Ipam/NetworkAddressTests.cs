using Weave.Core.Ipam;
using Weave.Simulation.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Ipam;

/// <summary>The gateway of a network, and what is set aside in it, is the same on every host that has the network, and nobody else's.</summary>
public sealed class NetworkAddressTests
{
    private const string Inside = "10.32.0.9/24";
    private const string Outside = "192.168.7.9/24";

    public static IEnumerable<TheoryDataRow<ulong, string>> Seeds => Enumerable.Range(1, 10).SelectMany(seed =>
        new[] { Inside, Outside }.Select(address => new TheoryDataRow<ulong, string>((ulong)seed, address)));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void It_is_had_by_every_host_that_makes_the_network_and_by_no_container(ulong seed, string address)
    {
        AllocatorMesh mesh = Ready(seed);
        Assert.Null(OfNetwork(mesh, 1, address).Error);
        Assert.Null(OfNetwork(mesh, 2, address).Error);
        mesh.Pass(TimeSpan.FromSeconds(40));
        Assert.NotNull(Answer(mesh, mesh.Claim(mesh[3], "c3", address)).Error);
        Assert.Null(OfNetwork(mesh, 3, address).Error);
        mesh.Pass(TimeSpan.FromSeconds(40));
        Assert.All(new[] { 1, 2, 3 }, host => Assert.Empty(mesh.Status(mesh[host]).Conflicts));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Nobody_is_given_it_until_the_last_host_has_given_it_back(ulong seed, string address)
    {
        AllocatorMesh mesh = Ready(seed);
        OfNetwork(mesh, 1, address);
        OfNetwork(mesh, 2, address);
        mesh.Pass(TimeSpan.FromSeconds(1));
        Free(mesh, 1, address);
        mesh.Pass(TimeSpan.FromSeconds(1));
        Assert.All(new[] { 1, 3 }, host => Assert.NotNull(Answer(mesh, mesh.Claim(mesh[host], $"c{host}", address)).Error));
        Free(mesh, 2, address);
        mesh.Pass(TimeSpan.FromSeconds(40));
        Assert.Null(Answer(mesh, mesh.Claim(mesh[3], "d", address)).Error);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_container_that_has_it_keeps_it_and_the_network_is_refused(ulong seed, string address)
    {
        AllocatorMesh mesh = Ready(seed);
        Assert.Null(Answer(mesh, mesh.Claim(mesh[1], "c", address)).Error);
        mesh.Pass(TimeSpan.FromSeconds(1));
        Assert.All(new[] { 1, 2 }, host => Assert.NotNull(OfNetwork(mesh, host, address).Error));
    }

    [Fact]
    public void It_stays_taken_when_its_owner_by_the_ring_is_gone_and_taken_over()
    {
        AllocatorMesh mesh = Ready(1);
        OfNetwork(mesh, 1, Inside);
        OfNetwork(mesh, 2, Inside);
        mesh.Pass(TimeSpan.FromSeconds(1));
        mesh.Network.Disconnect(mesh[1], mesh[1].PowerOff);
        mesh.Pass(TimeSpan.FromSeconds(1));
        mesh[3].Allocator!.TakeOver(mesh.Network.Now, mesh[1].Self.ToString());
        mesh.Pass(TimeSpan.FromSeconds(40));
        for (int i = 0; i < 200; i++)
        {
            mesh.Run(mesh[3], $"c{i}");
        }

        mesh.Pass(TimeSpan.FromSeconds(10));
        Assert.DoesNotContain(mesh[3].Containers.Values, address => address.Address == Ipv4Cidr.Parse(Inside).Address);
        Assert.Contains(mesh[3].Containers.Values, address => address.Address.Value == Ipv4Cidr.Parse(Inside).Address.Value + 1);
    }

    [Theory]
    [InlineData(Inside)]
    [InlineData(Outside)]
    public void It_is_known_after_a_restart_of_each(string address)
    {
        AllocatorMesh mesh = Ready(1);
        OfNetwork(mesh, 1, address);
        OfNetwork(mesh, 2, address);
        mesh.Pass(TimeSpan.FromSeconds(1));
        foreach (int host in new[] { 1, 2 })
        {
            mesh.Network.Disconnect(mesh[host], mesh[host].Kill);
            mesh.Pass(TimeSpan.FromSeconds(1));
            mesh.Network.Start(mesh[host]);
            mesh.Pass(TimeSpan.FromSeconds(10));
        }

        Assert.All(new[] { 1, 2 }, host => Assert.Single(mesh[host].Allocator!.Lookup(
            $"{Ipv4Cidr.Parse(address).Address}", new Ipv4Range(0, uint.MaxValue))));
        Assert.All(new[] { 1, 2, 3 }, host => Assert.Empty(mesh.Status(mesh[host]).Conflicts));
        Assert.NotNull(Answer(mesh, mesh.Claim(mesh[3], "c", address)).Error);
        Assert.Null(OfNetwork(mesh, 3, address).Error);
    }

    private static AllocatorMesh Ready(ulong seed)
    {
        AllocatorMesh mesh = new(hosts: 3, seed: seed);
        for (int host = 1; host <= 3; host++)
        {
            mesh.Run(mesh[host], $"first{host}");
        }

        mesh.Pass(TimeSpan.FromSeconds(40));
        return mesh;
    }

    private static AllocationAnswer OfNetwork(AllocatorMesh mesh, int host, string address)
    {
        List<AllocationAnswer> answers = [];
        mesh[host].Allocator!.Submit(mesh.Network.Now, new ClaimRequest(
            Allocator.NoContainer, Ipv4Cidr.Parse(address), isContainer: false, noErrorOnUnknown: false, answers.Add) { Engine = EngineUse.Network });
        return Answer(mesh, answers);
    }

    private static AllocationAnswer Answer(AllocatorMesh mesh, List<AllocationAnswer> answers)
    {
        mesh.Deliver();
        return Assert.Single(answers);
    }

    private static void Free(AllocatorMesh mesh, int host, string address) =>
        Assert.Null(mesh[host].Allocator!.Delete(mesh.Network.Now, Ipv4Cidr.Parse(address).Address.ToString()));
}
