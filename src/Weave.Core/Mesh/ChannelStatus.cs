using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>How a gossip channel fares, for status and metrics.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsSurrogate">We only relay it.</param>
/// <param name="Faults">Messages that could not be taken. None of them cost a connection.</param>
/// <param name="LastFault">Why the last of them could not; null when there was none.</param>
/// <param name="LastFaultFrom">The neighbour it came from.</param>
/// <param name="LastFaultAt">When, as elapsed time.</param>
public sealed record ChannelStatus(
    string Name, bool IsSurrogate, long Faults, string? LastFault, PeerName? LastFaultFrom, TimeSpan LastFaultAt);
