namespace Weave.Ipam;

/// <summary>One token of the ring; its address is the key.</summary>
internal sealed record StoredEntry(string Peer, uint Version, uint Free);
