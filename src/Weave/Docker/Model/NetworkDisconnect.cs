namespace Weave.Docker.Model;

/// <summary>Body of POST /networks/{id}/disconnect.</summary>
public sealed record NetworkDisconnect(string Container, bool Force);
