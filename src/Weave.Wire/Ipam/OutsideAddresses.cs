using Weave.Wire.Primitives;

namespace Weave.Wire.Ipam;

/// <summary>Addresses outside the range that are in use on a peer. Its news of a higher version replace those of a lower.</summary>
public sealed record OutsideAddresses(PeerName Peer, ulong Version, IReadOnlyList<Ipv4Address> Addresses);
