namespace Weave.Docker.Model;

/// <summary>Answer of POST /containers/{id}/wait.</summary>
public sealed record WaitResult(int StatusCode);
