using Weave.Core.Ipam;
using Weave.Simulation.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Ipam;

/// <summary>The first addresses of a mesh nobody of which has a record. Messages arrive in another order with every seed.</summary>
public sealed class FreshMeshTests
{
    private static readonly Ipv4Cidr ShareOfTheFirst = Ipv4Cidr.Parse("10.32.0.0/25");
    private static readonly Ipv4Cidr ShareOfTheSecond = Ipv4Cidr.Parse("10.32.0.128/26");
    private static readonly Ipv4Cidr ShareOfTheThird = Ipv4Cidr.Parse("10.32.0.192/26");

    public static IEnumerable<TheoryDataRow<ulong>> Seeds => Enumerable.Range(1, 20).Select(seed => new TheoryDataRow<ulong>((ulong)seed));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_first_address_needs_no_timer(ulong seed)
    {
        AllocatorMesh mesh = new(hosts: 2, seed: seed);
        List<AllocationAnswer> first = mesh.Run(mesh[1], "a");
        List<AllocationAnswer> second = mesh.Run(mesh[2], "b");
        mesh.Deliver();
        Assert.Null(Assert.Single(first).Error);
        Assert.Null(Assert.Single(second).Error);
    }

    // Whoever learns the ring from others holds its share until they agree, with nothing free; when it is let go, those
    // who look for a donor must hear of it.
    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_share_of_another_can_be_asked_for_as_soon_as_it_is_let_go(ulong seed)
    {
        AllocatorMesh mesh = new(hosts: 3, seed: seed);
        mesh.Run(mesh[1], "a", ShareOfTheFirst);
        mesh.Deliver();
        foreach (Ipv4Cidr subnet in new[] { ShareOfTheSecond, ShareOfTheThird })
        {
            List<AllocationAnswer> answers = mesh.Run(mesh[1], $"in {subnet}", subnet);
            mesh.Deliver();
            Assert.True(answers.Count == 1, $"nothing from {subnet}:\n{string.Join("\n", mesh.Rings())}");
            Assert.Null(answers[0].Error);
        }
    }

    // A host without space of its own has to ask, and those whom it asks first may have been cut off a moment ago.
    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_donor_that_keeps_silent_costs_a_quarter_of_a_second(ulong seed)
    {
        AllocatorMesh mesh = new(hosts: 3, seed: seed);
        mesh.Run(mesh[1], "a");
        mesh.Pass(TimeSpan.FromSeconds(10));
        AllocatorHost newcomer = mesh.Network.Add();
        mesh.Network.Start(newcomer);
        mesh.Deliver();
        mesh.Network.CutOff(mesh[2]);
        mesh.Network.CutOff(mesh[3]);

        List<AllocationAnswer> answers = mesh.Run(newcomer, "b");
        mesh.Deliver();
        for (int silent = 0; silent < 2 && answers.Count == 0; silent++)
        {
            mesh.Network.Advance(Allocator.DonorPatience);
            mesh.Deliver();
        }

        Assert.Null(Assert.Single(answers).Error);
    }
}
