namespace Weave.Docker.Model;

/// <summary>GET /plugins/{name}/json.</summary>
public sealed record PluginDetails(string Id, string Name, bool Enabled)
{
    public PluginDescription? Config { get; init; }
}
