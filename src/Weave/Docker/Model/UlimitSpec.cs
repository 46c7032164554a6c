namespace Weave.Docker.Model;

/// <summary>A limit of a container's processes. -1 is no limit.</summary>
public sealed record UlimitSpec(string Name, long Soft, long Hard);
