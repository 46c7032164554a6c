namespace Weave.Docker.Model;

/// <summary>Where a container's output goes.</summary>
public sealed record LogSpec(string Type, IReadOnlyDictionary<string, string>? Config = null);
