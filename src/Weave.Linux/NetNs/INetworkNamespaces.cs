using Microsoft.Win32.SafeHandles;

namespace Weave.Linux.NetNs;

/// <summary>Other network namespaces of this host. Throws <see cref="Interop.KernelException"/> when one cannot be entered.</summary>
public interface INetworkNamespaces
{
    /// <summary>
    /// Runs <paramref name="work"/> in the namespace at <paramref name="path"/> (<c>/proc/PID/ns/net</c> or a bind
    /// mount) on a thread of its own, which ends with it. The caller waits. What work throws is thrown to the caller.
    /// </summary>
    T Run<T>(string path, Func<T> work);

    /// <summary>A handle to the namespace, as <see cref="Netlink.LinkChange.Namespace"/> takes it.</summary>
    SafeFileHandle Open(string path);
}
