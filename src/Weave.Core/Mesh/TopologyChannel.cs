using Weave.Core.Primitives;
using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>The channel that tells who is there. Its state is the topology.</summary>
/// <param name="topology">What is told and what is merged into.</param>
/// <param name="changes">Receives what an update changed.</param>
/// <param name="merged">Told of every update that could be read, with whether anything in it was fresh.</param>
/// <remarks>docs/wire/mesh.md §1.13.</remarks>
internal sealed class TopologyChannel(Topology topology, TopologyChanges changes, Action<Moment, bool> merged) : IGossipChannel
{
    internal const string Name = "topology";

    public TimeSpan? NextDeadline => null;

    public GossipData CompleteState(Moment now) => new TopologyGossip(topology, [.. topology.Names]);

    public GossipOutcome OnGossip(Moment now, PeerName neighbour, ReadOnlySpan<byte> payload) =>
        Merge(now, payload, static merge => merge.Fresh);

    public GossipOutcome OnBroadcast(Moment now, PeerName originator, ReadOnlySpan<byte> payload) =>
        Merge(now, payload, static merge => merge.Described);

    public GossipOutcome OnUnicast(Moment now, PeerName originator, ReadOnlySpan<byte> payload) =>
        GossipOutcome.Failed("unexpected topology gossip unicast");

    public void OnPeerKnown(Moment now, PeerName peer)
    {
    }

    public void OnPeerForgotten(Moment now, PeerName peer)
    {
    }

    public void OnDeadline(Moment now)
    {
    }

    private GossipOutcome Merge(Moment now, ReadOnlySpan<byte> payload, Func<TopologyMerge, IReadOnlyList<PeerName>> pick)
    {
        if (!topology.TryMerge(payload, changes, out TopologyMerge merge, out string? error))
        {
            return GossipOutcome.Failed(error!);
        }

        merged(now, merge.Fresh.Count > 0);
        IReadOnlyList<PeerName> relay = pick(merge);
        return relay.Count == 0 ? GossipOutcome.Nothing : new GossipOutcome(new TopologyGossip(topology, relay));
    }
}
