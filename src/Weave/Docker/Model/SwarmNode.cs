namespace Weave.Docker.Model;

/// <summary>One of GET /nodes.</summary>
public sealed record SwarmNode(string? ID, SwarmNodeStatus? Status, SwarmManagerStatus? ManagerStatus);
