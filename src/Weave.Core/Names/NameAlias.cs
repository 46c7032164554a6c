namespace Weave.Core.Names;

/// <summary>A second name for whatever has the name <paramref name="Target"/>. Both fully qualified.</summary>
public sealed record NameAlias(string Hostname, string Target);
