namespace Weave.Api;

/// <summary>An Ethernet address, and the peer at which it was last seen.</summary>
public sealed record MacReport(string Mac, string Name, string NickName, DateTime LastSeen);
