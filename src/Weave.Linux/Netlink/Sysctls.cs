namespace Weave.Linux.Netlink;

/// <param name="procPath">Where a writable proc is mounted: in a container <c>/proc/sys</c> is usually read-only.</param>
/// <remarks><c>/proc/sys/net</c> shows the namespace of the thread that looks, whichever proc mount it looks through.</remarks>
public sealed class Sysctls(string procPath = "/proc") : ISysctls
{
    public string? Read(string key)
    {
        string path = PathOf(key);
        return File.Exists(path) ? File.ReadAllText(path).TrimEnd('\n') : null;
    }

    public bool Write(string key, string value)
    {
        string path = PathOf(key);
        if (!File.Exists(path))
        {
            return false;
        }

        using FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        file.Write(System.Text.Encoding.ASCII.GetBytes(value));
        return true;
    }

    private string PathOf(string key) => Path.Combine(procPath, "sys", key);
}
