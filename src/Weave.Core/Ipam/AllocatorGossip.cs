using Weave.Core.Mesh;

namespace Weave.Core.Ipam;

/// <summary>The allocator's state, as it will be when a connection takes it: newer data is in it by itself.</summary>
internal sealed class AllocatorGossip(Allocator allocator) : GossipData
{
    public override GossipData Merge(GossipData newer) => this;

    public override void Encode(ICollection<byte[]> payloads) => payloads.Add(allocator.EncodeState());
}
