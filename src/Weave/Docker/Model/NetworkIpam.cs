namespace Weave.Docker.Model;

/// <summary>Who gives out the addresses of a network, and which.</summary>
public sealed record NetworkIpam(string? Driver, IReadOnlyList<NetworkPool>? Config);
