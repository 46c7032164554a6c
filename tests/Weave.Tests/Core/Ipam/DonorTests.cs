using Weave.Core.Ipam;
using Weave.Simulation.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Ipam;

/// <summary>Who is asked for space when ours is used up, and when the answer is that there is none.</summary>
public sealed class DonorTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    /// <summary>The entry that reaches beyond the end of the subnet has a million free addresses, but none in it.</summary>
    [Theory]
    [InlineData("10.32.0.0/12", "10.32.1.0/24", false)]
    [InlineData("10.32.0.0/20", "10.32.1.0/24", false)]
    [InlineData("10.32.0.0/12", "10.32.1.0/24", true)]
    [InlineData("10.32.0.0/20", "10.32.1.0/24", true)]
    public void An_address_is_found_with_whoever_has_one_in_the_subnet(string universe, string subnetText, bool beside)
    {
        AllocatorMesh mesh = Mesh(universe, originals: beside ? 2 : 0);
        Ipv4Cidr subnet = Ipv4Cidr.Parse(subnetText);
        AllocatorHost[] owners = mesh.Network.Hosts.Where(host => host != mesh[2]).ToArray();
        foreach (AllocatorHost host in new[] { owners[0], mesh[2], owners[1] })
        {
            mesh.Run(host, $"first of {host.Self}", subnet);
            mesh.Pass(TimeSpan.FromSeconds(5));
        }

        Fill(mesh, owners[0], subnet);
        Fill(mesh, mesh[2], subnet);
        mesh.Pass(TimeSpan.FromSeconds(60));
        Assert.True(Owned(mesh, owners[1], subnet).Count > 1, "the third host has free addresses in the subnet");
        Given(mesh, mesh.Run(mesh[2], "wanting", subnet), Second);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(12)]
    public void With_every_address_in_use_a_request_is_refused_within_a_second(int hosts)
    {
        AllocatorMesh mesh = new(hosts, "10.32.0.0/26");
        UseUp(mesh);
        foreach (AllocatorHost host in mesh.Network.Hosts)
        {
            Refused(mesh, mesh.Run(host, "wanting"));
        }
    }

    [Fact]
    public void A_peer_that_is_frozen_and_has_nothing_delays_the_refusal_by_less_than_a_second()
    {
        AllocatorMesh mesh = new(hosts: 3, "10.32.0.0/26");
        UseUp(mesh);
        mesh.Pass(TimeSpan.FromSeconds(31));
        mesh.Network.CutOff(mesh[3]);
        Refused(mesh, mesh.Run(mesh[2], "wanting"));
    }

    /// <summary>Free counts are told every half minute.</summary>
    [Fact]
    public void An_address_that_another_host_has_freed_this_moment_is_found()
    {
        AllocatorMesh mesh = new(hosts: 3, "10.32.0.0/26");
        UseUp(mesh);
        mesh.Pass(TimeSpan.FromSeconds(31));
        Refused(mesh, mesh.Run(mesh[2], "early"));
        mesh.Stop(mesh[3], mesh[3].Containers.Keys.First());
        Given(mesh, mesh.Run(mesh[2], "late"), Second);
        Refused(mesh, mesh.Run(mesh[2], "too late"));
    }

    [Fact]
    public void An_address_of_a_dead_container_is_waited_for()
    {
        AllocatorMesh mesh = new(hosts: 1, "10.32.0.0/29");
        UseUp(mesh);
        string dead = mesh[1].Containers.Keys.First();
        mesh[1].Containers.Remove(dead);
        mesh[1].Allocator!.OnContainerDied(mesh.Network.Now, dead);
        Given(mesh, mesh.Run(mesh[1], "wanting"), Allocator.ContainerGrace + Second);
    }

    [Fact]
    public void What_is_free_at_a_peer_that_is_away_is_waited_for_and_said_when_the_caller_gives_up()
    {
        AllocatorMesh mesh = new(hosts: 2, "10.32.0.0/26");
        mesh.Run(mesh[2], "first");
        mesh.Pass(TimeSpan.FromSeconds(31));
        Fill(mesh, mesh[1], mesh.Network.Universe);
        mesh.Network.Rewire(host => host == mesh[1] ? 0 : 1);
        List<AllocationAnswer> answers = [];
        AllocateRequest request = new("wanting", mesh.Network.Universe, true, answers.Add);
        mesh[1].Allocator!.Submit(mesh.Network.Now, request);
        mesh.Pass(TimeSpan.FromSeconds(20));
        Assert.Empty(answers);

        mesh[1].Allocator!.Cancel(mesh.Network.Now, request);
        AllocationAnswer given = Assert.Single(answers);
        Assert.True(given.IsCancelled);
        Assert.Equal($"what is left of 10.32.0.0/26 is with [{mesh[2].Self}(host2)], who gave no answer, see 'weave status ipam'", given.Error);
    }

    [Fact]
    public void Many_requests_at_once_share_what_is_left_and_the_rest_is_refused()
    {
        AllocatorMesh mesh = new(hosts: 3, "10.32.0.0/26");
        mesh.Run(mesh[1], "first");
        mesh.Pass(TimeSpan.FromSeconds(31));
        List<List<AllocationAnswer>> all = [.. Enumerable.Range(0, 100).Select(i => mesh.Run(mesh[2], $"c{i}"))];
        Wait(mesh, () => all.TrueForAll(answers => answers.Count == 1), Second + Second);
        Assert.Equal(61, all.Count(answers => answers[0].Error is null));
    }

    private static AllocatorMesh Mesh(string universe, int originals)
    {
        AllocatorMesh mesh = new(3 - originals, universe);
        if (originals == 0)
        {
            return mesh;
        }

        mesh = new(hosts: 0, universe);
        mesh.Network.Start(mesh.Network.Add(original: true));
        mesh.Network.Start(mesh.Network.Add());
        mesh.Network.Start(mesh.Network.Add(original: true));
        return mesh;
    }

    private static void UseUp(AllocatorMesh mesh)
    {
        for (int i = 0; i < mesh.Network.Hosts.Count; i++)
        {
            mesh.Run(mesh[i + 1], $"first{i}");
            mesh.Deliver();
        }

        mesh.Pass(TimeSpan.FromSeconds(5));
        foreach (AllocatorHost host in mesh.Network.Hosts)
        {
            Fill(mesh, host, mesh.Network.Universe);
        }

        mesh.Deliver();
        uint all = (uint)mesh.Network.Universe.Size - 2;
        Assert.Equal(all, (uint)mesh.Network.Hosts.Sum(host => host.Containers.Count));
    }

    /// <summary>The host takes every address of the subnet that is its own, by claims, without asking others.</summary>
    private static void Fill(AllocatorMesh mesh, AllocatorHost host, Ipv4Cidr subnet)
    {
        foreach (Ipv4Address address in Owned(mesh, host, subnet).Where(address => !host.Containers.Values.Any(cidr => cidr.Address == address)))
        {
            Assert.Null(Assert.Single(mesh.Claim(host, $"{host.Self}/{address}", $"{address}/{subnet.PrefixLength}")).Error);
        }
    }

    private static List<Ipv4Address> Owned(AllocatorMesh mesh, AllocatorHost host, Ipv4Cidr subnet)
    {
        Ipv4Range hosts = Ipv4Range.HostsOf(subnet);
        IReadOnlyList<IpamEntryStatus> entries = mesh.Status(host).Entries;
        return [.. Enumerable.Range(0, (int)hosts.Size).Select(i => new Ipv4Address(hosts.Start.Value + (uint)i))
            .Where(address => entries.Last(entry => entry.Token.Value <= address.Value).Peer == host.Self)];
    }

    private static void Given(AllocatorMesh mesh, List<AllocationAnswer> answers, TimeSpan within)
    {
        Wait(mesh, () => answers.Count == 1, within);
        Assert.Null(answers[0].Error);
        Assert.False(answers[0].IsCancelled);
    }

    private static void Refused(AllocatorMesh mesh, List<AllocationAnswer> answers)
    {
        Wait(mesh, () => answers.Count == 1, Second);
        Assert.Equal($"no address left: all of {mesh.Network.Universe} are in use, on this host or on others", answers[0].Error);
    }

    private static void Wait(AllocatorMesh mesh, Func<bool> until, TimeSpan within)
    {
        mesh.Deliver();
        for (TimeSpan waited = TimeSpan.Zero; !until(); waited += Step)
        {
            Assert.True(waited < within, $"no answer after {waited}\n{string.Join("\n", mesh.Rings())}");
            mesh.Network.Advance(Step);
            mesh.Deliver();
        }
    }
}
