using Weave.Linux.Interop;

namespace Weave.Linux.Bridge;

/// <summary>What we do inside the network namespaces of containers. Throws <see cref="KernelException"/>.</summary>
public interface IContainerInterfaces
{
    /// <summary>Tunes the neighbour cache of interfaces whose name begins with <paramref name="prefix"/>, and announces their addresses.</summary>
    /// <param name="pid">A process of the container.</param>
    /// <param name="prefix">Such as <c>ethwe</c>.</param>
    void Announce(int pid, string prefix);
}
