namespace Weave.Docker.Model;

/// <summary>Something mounted into a container.</summary>
public sealed record MountPoint(string? Type, string? Name, string? Source, string? Destination, bool RW);
