using Weave.Core.Ipam;
using Weave.Simulation.Ipam;
using Weave.Tests.Support;

namespace Weave.Tests.Core.Ipam;

/// <summary>What an address from own space may cost. Times are in bench/Weave.Benchmarks/Ipam.</summary>
public sealed class AllocatorBudgetTests
{
    /// <summary>Bytes for one address given out and freed, beside the ring that is stored with it.</summary>
    private const long Budget = 8 * 1024;

    [Fact]
    public void An_address_costs_one_write_and_its_return_another()
    {
        AllocatorMesh mesh = Lonely();
        MemoryAllocationStore store = mesh[1].Store;
        long before = store.Commits;
        Assert.Single(mesh.Run(mesh[1], "a"));
        Assert.Equal(before + 1, store.Commits);
        Assert.Null(mesh[1].Allocator!.Delete(mesh.Network.Now, "a"));
        Assert.Equal(before + 2, store.Commits);
    }

    [Fact]
    public void What_changes_nothing_writes_nothing()
    {
        AllocatorMesh mesh = Lonely();
        mesh.Run(mesh[1], "a");
        long before = mesh[1].Store.Commits;
        Assert.Single(mesh.Run(mesh[1], "a")); // has one
        mesh.Claim(mesh[1], "b", "10.32.0.1/24"); // has another owner
        Assert.NotNull(mesh[1].Allocator!.Delete(mesh.Network.Now, "nobody"));
        mesh.Pass(TimeSpan.FromSeconds(60));
        Assert.Equal(before, mesh[1].Store.Commits);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(200)]
    public void Memory_for_an_address_does_not_grow_with_the_containers(int containers)
    {
        AllocatorMesh mesh = Lonely();
        for (int i = 0; i < containers; i++)
        {
            mesh.Run(mesh[1], $"c{i}");
        }

        Allocator allocator = mesh[1].Allocator!;
        long each = Allocations.Least(() => AllocateAndFree(allocator, mesh), Budget);
        Assert.True(each <= Budget, $"{each} bytes");
    }

    private static void AllocateAndFree(Allocator allocator, AllocatorMesh mesh)
    {
        bool given = false;
        allocator.Submit(mesh.Network.Now, new AllocateRequest("x", mesh.Network.Universe, isContainer: true, answer => given = answer.Error is null));
        Assert.True(given);
        Assert.Null(allocator.Delete(mesh.Network.Now, "x"));
    }

    private static AllocatorMesh Lonely()
    {
        AllocatorMesh mesh = new(hosts: 1);
        mesh.Run(mesh[1], "first");
        mesh.Stop(mesh[1], "first");
        return mesh;
    }
}
