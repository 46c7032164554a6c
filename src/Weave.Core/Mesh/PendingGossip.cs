using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>A datum that is to be encoded and sent now.</summary>
/// <param name="Channel">Its channel.</param>
/// <param name="Originator">Whose broadcast it is (tag 6); null for gossip between neighbours (tag 4).</param>
/// <param name="Data">What to encode.</param>
internal readonly record struct PendingGossip(string Channel, PeerName? Originator, GossipData Data);
