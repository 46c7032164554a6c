namespace Weave.Docker.Model;

/// <summary>GET /exec/{id}/json.</summary>
public sealed record ExecState(bool Running, int? ExitCode);
