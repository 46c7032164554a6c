namespace Weave.Api;

/// <summary>A name; Tombstone is 0 while it lives, else when it died in seconds since 1970.</summary>
public sealed record NameReport(string Hostname, string Origin, string ContainerID, string Address, int Version, long Tombstone);
