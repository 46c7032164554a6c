namespace Weave.Core.Mesh;

/// <summary>Messages of a channel that we do not know, kept apart since we cannot merge them.</summary>
internal sealed class SurrogateGossip : GossipData
{
    /// <summary>More than this never waits for one connection: the oldest are dropped, periodic gossip makes up for it.</summary>
    internal const int MaxBytes = 4 << 20;

    private readonly byte[][] _messages;

    internal SurrogateGossip(byte[] message)
        : this([message])
    {
    }

    private SurrogateGossip(byte[][] messages) => _messages = messages;

    public override GossipData Merge(GossipData newer)
    {
        byte[][] both = [.. _messages, .. ((SurrogateGossip)newer)._messages];
        int first = both.Length - 1;
        long total = both[first].Length;
        while (first > 0 && total + both[first - 1].Length <= MaxBytes)
        {
            total += both[--first].Length;
        }

        return new SurrogateGossip(both[first..]);
    }

    public override void Encode(ICollection<byte[]> payloads)
    {
        foreach (byte[] message in _messages)
        {
            payloads.Add(message);
        }
    }
}
