using Weave.Core.Ipam;
using Weave.Simulation.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Ipam;

/// <summary>What Docker answers is about the moment of the question.</summary>
public sealed class ComparisonTests
{
    private static readonly HashSet<string> None = [];
    private static readonly HashSet<string> A = ["a"];

    private readonly AllocatorMesh _mesh = new(hosts: 1);

    private AllocatorHost Host => _mesh[1];

    private TimeSpan Now => _mesh.Network.Now.Elapsed;

    [Fact]
    public void A_list_asked_for_before_a_container_was_given_an_address_does_not_take_it()
    {
        TimeSpan asked = Now;
        _mesh.Pass(TimeSpan.FromSeconds(1));
        _mesh.Run(Host, "a");
        _mesh.Pass(TimeSpan.FromSeconds(3));
        Host.Allocator!.Prune(_mesh.Network.Now, None, None, asked);
        Assert.Single(Has("a"));
        Host.Allocator.Prune(_mesh.Network.Now, None, None, Now);
        Assert.Empty(Has("a"));
    }

    [Fact]
    public void Nor_does_it_when_the_container_had_that_address_and_asked_for_it_again()
    {
        _mesh.Run(Host, "a");
        _mesh.Pass(TimeSpan.FromSeconds(1));
        TimeSpan asked = Now;
        _mesh.Pass(TimeSpan.FromSeconds(1));
        _mesh.Run(Host, "a");
        Host.Allocator!.Prune(_mesh.Network.Now, None, None, asked);
        Assert.Single(Has("a"));
    }

    [Fact]
    public void Nor_an_address_that_was_claimed()
    {
        TimeSpan asked = Now;
        _mesh.Run(Host, "first"); // there is a ring
        _mesh.Pass(TimeSpan.FromSeconds(1));
        _mesh.Claim(Host, "a", "10.32.0.9/24");
        _mesh.Claim(Host, "b", "192.168.7.9/24");
        Host.Allocator!.Prune(_mesh.Network.Now, None, None, asked);
        Assert.Equal("10.32.0.9/24", $"{Assert.Single(Has("a"))}");
        Assert.Equal("192.168.7.9/24", $"{Assert.Single(Has("b"))}");
    }

    [Fact]
    public void A_container_that_ended_while_nobody_listened_keeps_its_address_for_the_grace_of_the_dead()
    {
        _mesh.Run(Host, "a");
        _mesh.Pass(TimeSpan.FromSeconds(1));
        Host.Allocator!.Prune(_mesh.Network.Now, A, None, Now);
        _mesh.Pass(Allocator.ContainerGrace - TimeSpan.FromSeconds(1));
        Host.Allocator.Prune(_mesh.Network.Now, A, None, Now); // again, which does not begin the wait anew
        Assert.Single(Has("a"));
        _mesh.Pass(TimeSpan.FromSeconds(2));
        Assert.Empty(Has("a"));
    }

    [Fact]
    public void A_container_that_started_while_the_list_was_written_is_not_taken_for_dead()
    {
        _mesh.Run(Host, "a");
        _mesh.Pass(TimeSpan.FromSeconds(1));
        TimeSpan asked = Now;
        _mesh.Pass(TimeSpan.FromSeconds(1));
        Host.Allocator!.OnContainerStarted(_mesh.Network.Now, "a");
        Host.Allocator.Prune(_mesh.Network.Now, A, None, asked);
        _mesh.Pass(Allocator.ContainerGrace * 2);
        Assert.Single(Has("a"));
    }

    [Fact]
    public void A_death_that_was_heard_of_before_the_container_asked_ends_neither_its_request_nor_its_address()
    {
        _mesh.Run(Host, "first");
        TimeSpan heard = Now;
        _mesh.Pass(TimeSpan.FromSeconds(1));
        _mesh.Run(Host, "a");
        Host.Allocator!.OnContainerDied(_mesh.Network.Now, "a", heard);
        _mesh.Pass(Allocator.ContainerGrace * 2);
        Assert.Single(Has("a"));

        AllocatorMesh alone = new(hosts: 3);
        alone.Network.CutOff(alone[2]);
        alone.Network.CutOff(alone[3]);
        heard = alone.Network.Now.Elapsed;
        alone.Pass(TimeSpan.FromSeconds(1));
        List<AllocationAnswer> waiting = alone.Run(alone[1], "b"); // for a ring
        alone[1].Allocator!.OnContainerDied(alone.Network.Now, "b", heard);
        Assert.Empty(waiting);
        alone[1].Allocator!.OnContainerDied(alone.Network.Now, "b");
        Assert.True(Assert.Single(waiting).IsCancelled);
    }

    [Fact]
    public void What_the_engine_has_lost_is_freed_unless_it_was_given_again_meanwhile()
    {
        Dictionary<string, Ipv4Address> given = [];
        foreach (string name in new[] { "old", "again" })
        {
            Host.Allocator!.Submit(_mesh.Network.Now, new AllocateRequest(
                Allocator.NoContainer, _mesh.Network.Universe, isContainer: false, answer => given[name] = answer.Address.Address) { Engine = EngineUse.Endpoint });
        }

        _mesh.Run(Host, "a");
        Ipv4Address ofContainer = Assert.Single(Has("a")).Address;
        Assert.Equal(given.Values.Order(), Host.Allocator!.Owned.Values.Where(owned => owned.Engine == EngineUse.Endpoint).Select(owned => owned.Cidrs[0].Address).Order());
        _mesh.Pass(TimeSpan.FromSeconds(1));
        TimeSpan young = Now;
        Host.Allocator.Submit(_mesh.Network.Now, new ClaimRequest(
            Allocator.NoContainer, new Ipv4Cidr(given["again"], 24), isContainer: false, noErrorOnUnknown: false, _ => { }) { Engine = EngineUse.Endpoint });
        Assert.Equal([given["old"]], Host.Allocator.FreeLost(_mesh.Network.Now, new HashSet<Ipv4Address>([.. given.Values, ofContainer]), young));
        Assert.Single(Has("a"));
        Assert.Single(Has($"{given["again"]}"));
        Assert.Empty(Has($"{given["old"]}"));
    }

    private IReadOnlyList<Ipv4Cidr> Has(string container) => Host.Allocator!.Lookup(container, new Ipv4Range(0, uint.MaxValue));
}
