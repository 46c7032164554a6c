using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>One piece of the ring.</summary>
public sealed record IpamEntryStatus(Ipv4Address Token, uint Size, PeerName Peer, string Nickname, bool IsKnownPeer, uint Version);
