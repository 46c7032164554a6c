namespace Weave.Ipam;

/// <summary>Space that is not to be given out before the peers named have agreed.</summary>
/// <param name="Start">First address.</param>
/// <param name="End">The address after the last.</param>
/// <param name="WaitingFor">Peers that have not agreed yet.</param>
/// <param name="Token">Token of <paramref name="Basis"/>.</param>
/// <param name="Basis">The entry that a takeover made ours, as it was before; null when there was no takeover.</param>
internal sealed record StoredHold(string Start, string End, string[] WaitingFor, string? Token = null, StoredEntry? Basis = null);
