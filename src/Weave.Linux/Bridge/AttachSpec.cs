using Weave.Wire.Primitives;

namespace Weave.Linux.Bridge;

/// <summary>A container to be put on the bridge, or to be given more addresses there.</summary>
/// <param name="NamespacePath">Its network namespace, such as <c>/proc/PID/ns/net</c>.</param>
/// <param name="Id">What sets its links on the host apart from others, usually the process id; cut to fit.</param>
/// <param name="Addresses">To be had on the interface, with the prefix length of their subnet.</param>
public sealed record AttachSpec(string NamespacePath, string Id, IReadOnlyList<Ipv4Cidr> Addresses)
{
    /// <summary>Name of the interface in the container.</summary>
    public string Interface { get; init; } = "ethwe";

    public string Bridge { get; init; } = "weave";

    /// <summary>0 for that of the bridge.</summary>
    public int MtuBytes { get; init; }

    /// <summary>Multicast of the container goes out here.</summary>
    public bool MulticastRoute { get; init; } = true;

    /// <summary>The container may reach itself through the host, by a published address.</summary>
    public bool Hairpin { get; init; } = true;

    /// <summary>False to make the container compute checksums itself.</summary>
    public bool TransmitChecksum { get; init; } = true;
}
