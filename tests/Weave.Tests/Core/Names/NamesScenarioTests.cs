using Weave.Simulation.Names;

namespace Weave.Tests.Core.Names;

/// <summary>Must never happen 12: answers for the dead, or none for the living, after short lives and partitions.</summary>
public sealed class NamesScenarioTests
{
    private static readonly TimeSpan Connecting = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void After_500_short_lives_and_a_partition_the_records_are_exactly_the_living(int seed)
    {
        NamesWorld world = new((ulong)seed, peers: 6);
        world.Run(TimeSpan.FromSeconds(5));
        Live(world, 150);
        world.Divide(2);
        Live(world, 200);
        world.Heal();
        Live(world, 150);
        world.Run(Connecting + TimeSpan.FromSeconds(5));
        Assert.True(world.IsSettled, $"seed {seed}: {Difference(world)}");
        Assert.NotEmpty(world.Living);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void A_short_break_that_nobody_noticed_heals_too(int seed)
    {
        NamesWorld world = new((ulong)seed, peers: 4);
        world.Run(TimeSpan.FromSeconds(5));
        Live(world, 50);
        world.Divide(1);
        world.Run(TimeSpan.FromMilliseconds(900)); // nobody has forgotten anybody
        Live(world, 5);
        world.Heal();
        world.Run(Connecting + TimeSpan.FromSeconds(5));
        Assert.True(world.IsSettled, $"seed {seed}: {Difference(world)}");
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    public void A_restarted_router_has_the_names_of_its_containers_again(int seed)
    {
        NamesWorld world = new((ulong)seed, peers: 4);
        world.Run(TimeSpan.FromSeconds(5));
        for (int i = 0; i < 10; i++)
        {
            Live(world, 20);
            world.RestartRouter();
        }

        world.Run(TimeSpan.FromSeconds(7));
        Assert.True(world.IsSettled, $"seed {seed}: {Difference(world)}");
    }

    [Fact]
    public void A_seed_is_a_run()
    {
        NamesWorld one = new(7, 4), other = new(7, 4);
        Live(one, 100);
        Live(other, 100);
        Assert.Equal(one.Nodes.SelectMany(node => node.Database.InTableOrder()), other.Nodes.SelectMany(node => node.Database.InTableOrder()));
    }

    /// <summary>Containers start and, most of them, die again, twenty a second.</summary>
    private static void Live(NamesWorld world, int containers)
    {
        for (int i = 0; i < containers; i++)
        {
            world.StartContainer();
            world.Run(TimeSpan.FromMilliseconds(25));
            if (i % 10 != 0)
            {
                world.KillAny();
            }

            world.Run(TimeSpan.FromMilliseconds(25));
        }
    }

    private static string Difference(NamesWorld world) => string.Join("; ", world.Nodes.Select(node =>
        $"{node.SelfNickname} lacks {string.Join(',', world.Living.Except(node.Records))}, answers for the dead {string.Join(',', node.Records.Except(world.Living))}"));
}
