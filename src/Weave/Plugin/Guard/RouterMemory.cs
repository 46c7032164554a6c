namespace Weave.Plugin.Guard;

/// <summary>
/// What a guard leaves to the one after it: whether this host had a router, which dockerd then starts again. A file says
/// that there was none; it comes with the managed plugin, so that a guard that was just installed expects nobody.
/// </summary>
/// <param name="path">Of the file, which outlives the host's restart; null for a guard that has no predecessor.</param>
/// <param name="error">Told about a file that cannot be removed.</param>
internal sealed class RouterMemory(string? path, TextWriter error)
{
    internal bool HadRouter => path is not null && !File.Exists(path);

    /// <summary>There is one.</summary>
    internal void Remember()
    {
        if (path is null)
        {
            return;
        }

        try
        {
            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"{path}: {failure.Message}: containers that start with Docker will not wait for the router");
        }
    }
}
