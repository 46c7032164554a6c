using Weave.Core.Mesh;
using Weave.Core.Primitives;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Mesh;

public sealed class SurrogateChannelTests
{
    private static readonly PeerName Neighbour = new(2);

    [Fact]
    public void Gossip_is_passed_on_once_and_again_when_it_is_forgotten()
    {
        SurrogateChannel channel = new();
        Assert.NotNull(channel.OnGossip(At(0), Neighbour, [1]).Relay);
        Assert.Null(channel.OnGossip(At(29), Neighbour, [1]).Relay);
        Assert.NotNull(channel.OnGossip(At(31), Neighbour, [2]).Relay);
        Assert.NotNull(channel.OnGossip(At(31), Neighbour, [1]).Relay);
    }

    [Fact]
    public void Broadcasts_are_always_passed_on_and_unicasts_never()
    {
        SurrogateChannel channel = new();
        Assert.NotNull(channel.OnBroadcast(At(0), Neighbour, [1]).Relay);
        Assert.NotNull(channel.OnBroadcast(At(0), Neighbour, [1]).Relay);
        Assert.Equal(GossipOutcome.Nothing, channel.OnUnicast(At(0), Neighbour, [1]));
        Assert.Null(channel.CompleteState(At(0)));
    }

    private static Moment At(int seconds) => new(TimeSpan.FromSeconds(seconds), 0);
}
