namespace Weave.Docker.Model;

/// <param name="NodeID">Its node.</param>
/// <param name="Addr">Address and port of the swarm protocol.</param>
public sealed record SwarmManager(string? NodeID, string? Addr);
