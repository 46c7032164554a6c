using Weave.Linux.Interop;
using Weave.Wire.Primitives;

namespace Weave.Linux.Bridge;

/// <summary>What we do inside the network namespaces of containers. Throws <see cref="KernelException"/>.</summary>
public interface IContainerInterfaces
{
    /// <summary>Tunes the neighbour cache of interfaces whose name begins with <paramref name="prefix"/>, and announces their addresses.</summary>
    /// <param name="pid">A process of the container.</param>
    /// <param name="prefix">Such as <c>ethwe</c>.</param>
    void Announce(int pid, string prefix);

    /// <summary>Puts a container on the bridge, or gives it more addresses there. Doing it again changes nothing.</summary>
    /// <param name="spec">What is wanted.</param>
    /// <param name="rules">Sets rules in the container before the interface is up; null for none.</param>
    void Attach(AttachSpec spec, IContainerRules? rules);

    /// <summary>Takes addresses away; with the last one the interface goes.</summary>
    void Detach(AttachSpec spec, IContainerRules? rules);

    /// <summary>Its interfaces on the bridge, whoever put them there.</summary>
    /// <param name="namespacePath">Such as <c>/proc/PID/ns/net</c>.</param>
    /// <param name="bridge">Usually <c>weave</c>.</param>
    IReadOnlyList<ContainerInterface> OnBridge(string namespacePath, string bridge);
}
