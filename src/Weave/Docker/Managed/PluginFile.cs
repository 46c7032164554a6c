namespace Weave.Docker.Managed;

/// <summary>A file of the plugin's root file system.</summary>
/// <param name="Path">Without leading slash.</param>
/// <param name="Content">Null for a link.</param>
/// <param name="LinkTo">For a symbolic link.</param>
/// <param name="Mode">Permission bits.</param>
public sealed record PluginFile(string Path, byte[]? Content, string? LinkTo, int Mode);
