namespace Weave.Docker.Model;

/// <summary>What an event happened to.</summary>
public sealed record EventActor(string? ID, IReadOnlyDictionary<string, string>? Attributes = null);
