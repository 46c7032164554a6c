namespace Weave.Ipam;

/// <summary>What a stored ring is about; its entries are stored one by one.</summary>
/// <param name="Start">First address.</param>
/// <param name="End">The address after the last.</param>
/// <param name="Seeds">Peers of the first division, in order.</param>
internal sealed record StoredRing(string Start, string End, string[] Seeds);
