namespace Weave.Docker.Model;

/// <summary>Answer to the creation of a container, an exec or a network.</summary>
public sealed record CreatedContainer(string Id);
