namespace Weave.Linux.Netlink;

/// <summary>Kernel settings below <c>net/</c>, of the calling thread's namespace.</summary>
public interface ISysctls
{
    /// <summary>The value without its newline, or null when the kernel has no such setting.</summary>
    /// <param name="key">Path below <c>/proc/sys</c>, such as <c>net/ipv4/ip_forward</c>.</param>
    string? Read(string key);

    /// <summary>Sets it.</summary>
    /// <returns>False when the kernel has no such setting (IPv6 turned off, for one).</returns>
    bool Write(string key, string value);
}
