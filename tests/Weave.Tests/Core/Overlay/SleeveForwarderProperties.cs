using Weave.Core.Overlay;
using Weave.Core.Primitives;

namespace Weave.Tests.Core.Overlay;

/// <summary>Whatever the network does short of failing, both ends find each other, agree with the path and stay.</summary>
public sealed class SleeveForwarderProperties
{
    private const int Seeds = 60;
    private const int LeastMtu = 552;
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(90);

    [Fact]
    public void On_a_good_network_both_are_established_with_what_the_path_takes()
    {
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            ForwarderWorld world = RandomWorld(seed, loss: 0);
            world.RunFor(Start);
            Assert.True(world.Both(machine => machine.IsEstablished && !machine.HasFailed), $"seed {seed}");
            Assert.True(world.Both(machine => machine.Mtu == Math.Max(LeastMtu, world.PathMtu - ForwarderWorld.Overhead)), $"seed {seed}: {world.PathMtu}, {world.Left.Mtu}, {world.Right.Mtu}");
            Assert.True(world.Both(machine => machine.StackFragments == world.Fragments), $"seed {seed}");
        }
    }

    [Fact]
    public void Through_loss_they_stay_for_hours_and_never_send_more_than_the_path_takes()
    {
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            ForwarderWorld world = RandomWorld(seed, loss: 0.2);
            world.RunFor(Start);
            for (int minute = 0; minute < 120; minute++)
            {
                world.RunFor(TimeSpan.FromMinutes(1));
                Assert.True(world.Both(machine => machine.IsEstablished && !machine.HasFailed), $"seed {seed}, minute {minute}");
                Assert.True(world.Both(machine => machine.Mtu <= Math.Max(LeastMtu, world.PathMtu - ForwarderWorld.Overhead)), $"seed {seed}, minute {minute}");
            }
        }
    }

    [Fact]
    public void A_path_that_becomes_narrower_is_noticed_and_an_address_that_changes_is_followed()
    {
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            ForwarderWorld world = RandomWorld(seed, loss: 0);
            world.RunFor(Start);
            world.PathMtu = Math.Max(LeastMtu + ForwarderWorld.Overhead, world.PathMtu / 2);
            UnderlayEndpoint moved = world.MoveLeft();
            world.RunFor(Start);
            Assert.Equal(moved, world.Right.Remote);
            Assert.True(world.Both(machine => machine.Mtu == Math.Max(LeastMtu, world.PathMtu - ForwarderWorld.Overhead)), $"seed {seed}: {world.PathMtu}, {world.Left.Mtu}, {world.Right.Mtu}");
            Assert.True(world.Both(machine => !machine.HasFailed), $"seed {seed}");
        }
    }

    /// <summary>Shorter than what ends the link: what was known of the path still holds when it is back.</summary>
    [Fact]
    public void After_a_path_was_away_it_is_what_it_was()
    {
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            ForwarderWorld world = RandomWorld(seed, loss: 0);
            world.RunFor(Start + TimeSpan.FromSeconds(seed));
            world.Loss = 1;
            int known = world.Left.Mtu;
            world.RunFor(TimeSpan.FromSeconds(2 + (seed % 45)));
            Assert.True(world.Both(machine => machine.Mtu == known && machine.StackFragments == world.Fragments), $"seed {seed}");
            world.Loss = 0;
            world.RunFor(TimeSpan.FromSeconds(1));
            Assert.True(world.Both(machine => machine.Mtu == known && machine.StackFragments == world.Fragments), $"seed {seed}");
            world.RunFor(Start);
            Assert.True(world.Both(machine => machine.Mtu == known && machine.StackFragments == world.Fragments), $"seed {seed}, later");
        }
    }

    /// <summary>Some device on the way begins to drop fragments, and later lets them through again; or the path becomes narrower than they are.</summary>
    [Fact]
    public void Fragments_that_arrive_no_more_are_noticed_as_soon_as_anything_else()
    {
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            ForwarderWorld world = RandomWorld(seed, loss: 0);
            world.Fragments = true;
            world.RunFor(Start + TimeSpan.FromSeconds(seed));
            Assert.True(world.Both(machine => machine.StackFragments), $"seed {seed}");
            world.Fragments = false;
            world.RunFor(TimeSpan.FromSeconds(13));
            Assert.True(world.Both(machine => !machine.StackFragments), $"seed {seed}");
            world.Fragments = true;
            world.RunFor(TimeSpan.FromSeconds(13));
            Assert.True(world.Both(machine => machine.StackFragments), $"seed {seed}, again");
        }
    }

    [Fact]
    public void When_nothing_arrives_any_more_both_give_up_after_a_minute_and_not_before()
    {
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            ForwarderWorld world = RandomWorld(seed, loss: 0);
            world.RunFor(Start);
            world.Loss = 1;
            world.RunFor(TimeSpan.FromSeconds(49)); // the last sign of life is up to 10 s old
            Assert.True(world.Both(machine => !machine.HasFailed), $"seed {seed}");
            world.RunFor(TimeSpan.FromSeconds(12));
            Assert.True(world.Both(machine => machine.HasFailed), $"seed {seed}");
        }
    }

    [Fact]
    public void Who_was_stopped_himself_declares_nobody_dead()
    {
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            for (int seconds = 20; seconds <= 75; seconds++)
            {
                ForwarderWorld world = RandomWorld(seed, loss: 0);
                world.RunFor(Start + TimeSpan.FromSeconds(seed));
                world.Stop(TimeSpan.FromSeconds(seconds));
                world.RunFor(Start);
                Assert.True(world.Both(machine => machine.IsEstablished && !machine.HasFailed), $"seed {seed}, {seconds} s");
            }
        }
    }

    private static ForwarderWorld RandomWorld(ulong seed, double loss)
    {
        SeededRandom dice = new(seed);
        int device = dice.Next(2) == 0 ? 1500 : 9000;
        ForwarderWorld world = new(seed, device, dice.Next(3) == 0 ? device : 700 + dice.Next(device - 700), loss, dice.Next(2) == 0);
        world.Confirm();
        return world;
    }
}
