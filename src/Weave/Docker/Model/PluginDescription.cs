namespace Weave.Docker.Model;

/// <summary>What a plugin says about itself.</summary>
public sealed record PluginDescription(string? Description);
