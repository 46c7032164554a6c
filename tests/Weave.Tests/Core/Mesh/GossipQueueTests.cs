using System.Globalization;
using System.Text;
using Weave.Core.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Mesh;

public sealed class GossipQueueTests
{
    private static readonly PeerName Alice = new(1);
    private static readonly PeerName Bob = new(2);

    [Fact]
    public void What_waits_is_merged_per_channel_and_originator()
    {
        GossipQueue queue = new();
        queue.Broadcast("b", Bob, new Text("x"));
        queue.Broadcast("b", Alice, new Text("y"));
        queue.Broadcast("b", Bob, new Text("z"));
        queue.Gossip("b", new Text("1"));
        queue.Gossip("b", new Text("2"));
        queue.Gossip("a", new Text("3"));
        Assert.Equal(["a:3", "b:12", "b 1:y", "b 2:xz"], Drain(queue));
        Assert.True(queue.IsEmpty);
    }

    [Fact]
    public void Merging_a_surrogate_s_messages_never_keeps_more_than_the_bound()
    {
        GossipData data = new SurrogateGossip(new byte[1000]);
        for (int i = 0; i < 10_000; i++)
        {
            data = data.Merge(new SurrogateGossip(new byte[1000]));
        }

        List<byte[]> payloads = [];
        data.Encode(payloads);
        Assert.InRange(payloads.Sum(payload => payload.Length), 1000, SurrogateGossip.MaxBytes);
    }

    private static List<string> Drain(GossipQueue queue)
    {
        List<string> taken = [];
        while (queue.TryTake(out PendingGossip next))
        {
            List<byte[]> payloads = [];
            next.Data.Encode(payloads);
            string from = next.Originator is PeerName name ? name.Value.ToString(" 0", CultureInfo.InvariantCulture) : "";
            taken.Add($"{next.Channel}{from}:{Encoding.UTF8.GetString(payloads[0])}");
        }

        return taken;
    }

    private sealed class Text(string text) : GossipData
    {
        public override GossipData Merge(GossipData newer) => new Text(text + ((Text)newer).Value);

        public override void Encode(ICollection<byte[]> payloads) => payloads.Add(Encoding.UTF8.GetBytes(text));

        private string Value => text;
    }
}
