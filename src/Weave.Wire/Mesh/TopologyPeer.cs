using Weave.Wire.Primitives;

namespace Weave.Wire.Mesh;

/// <summary>A peer as a topology payload tells it, without its links. A view of the payload.</summary>
/// <remarks>docs/wire/mesh.md §1.13.</remarks>
public ref struct TopologyPeer
{
    public PeerName Name { get; internal set; }

    public ReadOnlySpan<byte> NicknameUtf8 { get; internal set; }

    public ulong Uid { get; internal set; }

    public ulong Version { get; internal set; }

    internal ushort RawShortId { get; set; }

    internal bool HasShortId { get; set; }

    /// <summary>As people are shown it, and as it is passed on.</summary>
    public readonly string Nickname => ForeignText.Read(NicknameUtf8);

    /// <summary>
    /// Null when the peer has none. Also null when it is not of twelve bits: original peers take such a value over and
    /// then overlap fields of the VNI, ours must never pass it on.
    /// </summary>
    public readonly ShortId? ShortId =>
        HasShortId && RawShortId < Primitives.ShortId.Count ? new ShortId(RawShortId) : null;
}
