namespace Weave.Docker.Model;

/// <param name="Leader">It leads.</param>
/// <param name="Addr">Address and port.</param>
public sealed record SwarmManagerStatus(bool Leader, string? Addr);
