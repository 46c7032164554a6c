using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>Who is there, as the topology has it right now.</summary>
public interface IPeerDirectory
{
    PeerName Self { get; }

    /// <summary>Distinguishes this incarnation of <see cref="Self"/> from earlier ones.</summary>
    ulong SelfUid { get; }

    string SelfNickname { get; }

    bool Contains(PeerName peer);

    /// <summary>Free text the peer gave itself; null when the peer is not known.</summary>
    string? NicknameOf(PeerName peer);

    /// <summary>Every known peer, ourselves included, in ascending order.</summary>
    IEnumerable<PeerName> Names { get; }
}
