using Weave.Linux.Netlink;

namespace Weave.Plugin;

/// <summary>
/// Tells the end of a pair that waits for Docker from one that Docker gave back. The kernel forgets an interface's IPv4
/// settings when it moves to another namespace: the mark is there until Docker takes the end into a container, whoever
/// runs or restarts meanwhile, and costs no write to the disk.
/// </summary>
/// <remarks><c>tag</c>: "allows you to write a number, which can be used as required", says the kernel's ip-sysctl.rst; it does nothing with it.</remarks>
internal sealed class EndpointMark(ISysctls sysctls)
{
    private const string Value = "30565"; // 0x7765, "we"

    /// <summary>Marks the end that goes into the container.</summary>
    internal void Set(string guest) => sysctls.Write(Key(guest), Value);

    /// <returns>It is on this host and was never anywhere else.</returns>
    internal bool IsSet(string guest) => sysctls.Read(Key(guest)) == Value;

    internal static string Key(string guest) => $"net/ipv4/conf/{guest}/tag";
}
