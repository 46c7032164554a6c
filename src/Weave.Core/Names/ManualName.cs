using Weave.Wire.Primitives;

namespace Weave.Core.Names;

/// <summary>A name that somebody added by hand, and that is to be there again after a restart of the router or of the container.</summary>
public sealed record ManualName(string Container, string Hostname, Ipv4Address Address);
