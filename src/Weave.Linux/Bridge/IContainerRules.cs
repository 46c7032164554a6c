using Weave.Wire.Primitives;

namespace Weave.Linux.Bridge;

/// <summary>Firewall rules inside a container. Called on a thread in the container's network namespace; processes started there are in it too.</summary>
public interface IContainerRules
{
    /// <summary>The interface is there, not up yet: let nothing in by multicast from outside <paramref name="subnets"/>.</summary>
    /// <param name="link">Its name in the container.</param>
    /// <param name="subnets">Networks of all its addresses.</param>
    void Protect(string link, IReadOnlyList<Ipv4Cidr> subnets);

    /// <summary>The interface is about to go: remove its rules.</summary>
    void Release(string link);
}
