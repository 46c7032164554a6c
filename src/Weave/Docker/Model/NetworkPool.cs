namespace Weave.Docker.Model;

/// <summary>A subnet of a network.</summary>
public sealed record NetworkPool(string? Subnet, string? IPRange = null, string? Gateway = null);
