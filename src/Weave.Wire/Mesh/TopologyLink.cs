using Weave.Wire.Primitives;

namespace Weave.Wire.Mesh;

/// <summary>One connection of a peer as a topology payload tells it. A view of the payload.</summary>
/// <remarks>docs/wire/mesh.md §1.13.</remarks>
public ref struct TopologyLink
{
    public PeerName Remote { get; internal set; }

    /// <summary>As that peer sees the other end, <c>ip:port</c>.</summary>
    public ReadOnlySpan<byte> AddressUtf8 { get; internal set; }

    public bool Outbound { get; internal set; }

    public bool Established { get; internal set; }

    public readonly string Address => ForeignText.Read(AddressUtf8);

    public readonly PeerLink ToRecord() => new(Remote, Address, Outbound, Established);
}
