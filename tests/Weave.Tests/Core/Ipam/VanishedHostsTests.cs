using Weave.Core.Ipam;
using Weave.Simulation.Ipam;

namespace Weave.Tests.Core.Ipam;

/// <summary>Must never happen 3: vanished hosts exhaust the address pool.</summary>
public sealed class VanishedHostsTests
{
    private const string Universe = "10.32.0.0/24";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    [Fact]
    public void Twenty_hosts_are_replaced_one_by_one_and_the_pool_stays_whole() => Replace(times: 1);

    [Fact]
    [Trait("Run", "OnDemand")]
    public void Twenty_hosts_are_replaced_one_by_one_ten_times() => Replace(times: 10);

    [Fact]
    public void A_removed_host_that_comes_back_with_its_old_disk_yields()
    {
        AllocatorMesh mesh = new(hosts: 3, Universe);
        mesh.Run(mesh[1], "a");
        mesh.Pass(TimeSpan.FromSeconds(10));
        mesh.Network.Disconnect(mesh[3], mesh[3].PowerOff);
        Assert.True(mesh[1].Allocator!.TakeOver(mesh.Network.Now, "host3") > 0);
        mesh.Pass(TimeSpan.FromSeconds(10));
        mesh.Network.Start(mesh[3]);
        mesh.Pass(TimeSpan.FromSeconds(40));
        Assert.Single(mesh.Rings().Distinct());
        Assert.Equal(0u, mesh.Share(mesh[3]));
        List<AllocationAnswer> answers = mesh.Run(mesh[3], "b");
        mesh.Pass(Limit);
        Assert.Null(Assert.Single(answers).Error);
    }

    private static void Replace(int times)
    {
        const int Hosts = 20;
        AllocatorMesh mesh = new(Hosts, Universe);
        List<AllocatorHost> living = [.. mesh.Network.Hosts];
        foreach (AllocatorHost host in living)
        {
            mesh.Run(host, $"c{host.Self}");
        }

        mesh.Pass(TimeSpan.FromSeconds(10));
        for (int i = 0; i < Hosts * times; i++)
        {
            AllocatorHost dead = living[0];
            living.RemoveAt(0);
            mesh.Network.Disconnect(dead, dead.PowerOff);
            living[0].Allocator!.TakeOver(mesh.Network.Now, dead.Self.ToString());
            AllocatorHost fresh = mesh.Network.Add();
            mesh.Network.Start(fresh);
            living.Add(fresh);
            List<AllocationAnswer> answers = mesh.Run(fresh, $"c{fresh.Self}");
            mesh.Pass(Limit);
            Assert.True(answers.Count == 1 && answers[0].Error is null, $"replacement {i} of {dead.Self} by {fresh.Self} has no address after {Limit}");
        }

        mesh.Pass(TimeSpan.FromSeconds(40));
        Assert.Single(mesh.Rings().Distinct());
        Assert.Equal(256, living.Sum(host => mesh.Share(host)));
        Assert.All(living, host => Assert.Empty(mesh.Status(host).Held));
        Assert.Equal(Hosts, living.Sum(host => host.Containers.Count));
    }
}
