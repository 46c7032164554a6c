namespace Weave.Docker.Model;

/// <summary>GET /version.</summary>
public sealed record EngineVersion(string Version, string ApiVersion, string? MinAPIVersion, string? KernelVersion, string? Os, string? Arch);
