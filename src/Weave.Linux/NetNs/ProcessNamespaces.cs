namespace Weave.Linux.NetNs;

/// <summary>The network namespaces that processes of this host are in.</summary>
public static class ProcessNamespaces
{
    /// <summary>
    /// Each namespace once, as paths by which it can be entered: one for each of its processes, since the first may end
    /// before it is used. A thousand processes are in a handful of namespaces, and entering one costs far more than this.
    /// </summary>
    /// <param name="procPath">Usually <c>/proc</c>.</param>
    public static IReadOnlyList<IReadOnlyList<string>> Find(string procPath)
    {
        Dictionary<string, List<string>> found = new(StringComparer.Ordinal);
        foreach (string process in Directory.EnumerateDirectories(procPath).Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
        {
            string path = $"{process}/ns/net";
            if (Identity(path) is not { } identity)
            {
                continue;
            }

            if (!found.TryGetValue(identity, out List<string>? paths))
            {
                found[identity] = paths = [];
            }

            paths.Add(path);
        }

        return [.. found.Values];
    }

    /// <summary>The text of the link, such as <c>net:[4026531840]</c>; null for a process that has ended, or that is not ours to see.</summary>
    private static string? Identity(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception ended) when (ended is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
