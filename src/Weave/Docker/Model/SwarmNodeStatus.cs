namespace Weave.Docker.Model;

/// <param name="State"><c>ready</c>, <c>down</c>, <c>unknown</c> or <c>disconnected</c>.</param>
/// <param name="Addr">IP address; for a leader sometimes 0.0.0.0, see <see cref="SwarmManagerStatus"/>.</param>
public sealed record SwarmNodeStatus(string? State, string? Addr);
