namespace Weave.Names;

/// <summary>A name added by hand, as stored. An alias has a target instead of container and address.</summary>
internal sealed record StoredName(string Hostname, string? Container = null, string? Address = null, string? Target = null);
