namespace Weave.Api;

/// <summary>A token of the ring, and the range that it begins.</summary>
public sealed record RingEntryReport(string Token, ulong Size, string Peer, string Nickname, bool IsKnownPeer, uint Version);
