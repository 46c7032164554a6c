namespace Weave.Ipam;

/// <summary>Space that is not to be given out before the peers named have agreed.</summary>
internal sealed record StoredHold(string Start, string End, string[] WaitingFor);
