namespace Weave.Docker.Model;

/// <summary>Body of an answer of 400 and above.</summary>
public sealed record ErrorMessage(string? Message);
