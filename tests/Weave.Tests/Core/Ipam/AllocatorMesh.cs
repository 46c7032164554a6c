using Weave.Core.Ipam;
using Weave.Core.Primitives;
using Weave.Simulation;
using Weave.Simulation.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Ipam;

/// <summary>A few allocators with everything delivered, for tests that tell one story.</summary>
internal sealed class AllocatorMesh
{
    internal AllocatorMesh(int hosts, string universe = "10.32.0.0/24", ulong seed = 1)
    {
        Network = new AllocatorNetwork(new SeededRandom(seed), Ipv4Cidr.Parse(universe)) { Quorum = (hosts / 2) + 1 };
        for (int i = 0; i < hosts; i++)
        {
            Network.Start(Network.Add());
        }
    }

    internal AllocatorNetwork Network { get; }

    internal AllocatorHost this[int number] => Network.Hosts[number - 1];

    internal void Deliver()
    {
        for (int messages = 0; Network.Deliver(); messages++)
        {
            Assert.True(messages < 10_000, "messages never cease");
        }
    }

    /// <summary>Time passes, a second at a time, and everything arrives.</summary>
    internal void Pass(TimeSpan time)
    {
        Deliver();
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(1))
        {
            Network.Advance(TimeSpan.FromSeconds(1));
            Deliver();
        }
    }

    /// <summary>A container on the host, with an address from the subnet as soon as there is one.</summary>
    internal List<AllocationAnswer> Run(AllocatorHost host, string container, Ipv4Cidr? subnet = null)
    {
        List<AllocationAnswer> answers = [];
        host.Allocator!.Submit(Network.Now, new AllocateRequest(container, subnet ?? Network.Universe, isContainer: true, answer => Take(host, container, answer, answers)));
        return answers;
    }

    /// <summary>A container on the host that asks for one certain address.</summary>
    internal List<AllocationAnswer> Claim(AllocatorHost host, string container, string cidr)
    {
        List<AllocationAnswer> answers = [];
        host.Allocator!.Submit(Network.Now, new ClaimRequest(
            container, Ipv4Cidr.Parse(cidr), isContainer: true, noErrorOnUnknown: false, answer => Take(host, container, answer, answers)));
        return answers;
    }

    internal void Stop(AllocatorHost host, string container)
    {
        host.Containers.Remove(container);
        host.Allocator!.OnContainerDestroyed(Network.Now, container);
    }

    /// <summary>Every host as it sees the ring; equal when they agree.</summary>
    internal IEnumerable<string> Rings() => Network.Hosts.Where(host => host.IsUp).Select(host => string.Join(
        ' ', Status(host).Entries.Select(entry => $"{entry.Token}+{entry.Size}={entry.Peer}v{entry.Version}")));

    internal IpamStatus Status(AllocatorHost host) => host.Allocator!.Status(Network.Universe);

    /// <summary>How many addresses a host owns by its own ring.</summary>
    internal uint Share(AllocatorHost host) =>
        (uint)Status(host).Entries.Where(entry => entry.Peer == host.Self).Sum(entry => (long)entry.Size);

    private void Take(AllocatorHost host, string container, AllocationAnswer answer, List<AllocationAnswer> answers)
    {
        answers.Add(answer);
        if (!answer.IsCancelled && answer.Error is null)
        {
            host.Containers[container] = answer.Address;
            Assert.Null(Network.Duplicate());
        }
    }
}
