namespace Weave.Api;

/// <summary>Next hop to a peer; zero for ourselves.</summary>
public sealed record UnicastRouteReport(string Dest, string Via);
