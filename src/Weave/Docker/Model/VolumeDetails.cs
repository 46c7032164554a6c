namespace Weave.Docker.Model;

/// <summary>GET /volumes/{name}.</summary>
public sealed record VolumeDetails(string Name, string? Mountpoint, IReadOnlyDictionary<string, string>? Labels);
