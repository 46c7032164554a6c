using System.Buffers;
using System.Net;
using Weave.Wire.Mesh;

namespace Weave.Core.Mesh;

/// <summary>One TCP connection as the router has it.</summary>
internal sealed class MeshConnection(ConnectionId id, string address, bool outbound, bool acceptNewPeer, ulong connectionPart)
{
    /// <summary>More than this is not handed to the socket at once: what is encoded later is newer.</summary>
    internal const int HighWater = 64 << 10;

    /// <summary>With this much unsent, messages that cannot be merged are dropped instead of queued.</summary>
    internal const int Overflow = 32 << 20;

    internal ConnectionId Id => id;

    /// <summary>The dialled address if outbound, else the remote end.</summary>
    internal string Address => address;

    internal bool Outbound => outbound;

    /// <summary>Whoever is at the other end is welcome; else it must be a peer we know.</summary>
    internal bool AcceptNewPeer => acceptNewPeer;

    /// <summary>Our half of the connection UID.</summary>
    internal ulong ConnectionPart { get; set; } = connectionPart;

    internal ConnectionPhase Phase { get; set; } = ConnectionPhase.Dialling;

    internal MeshSession? Session { get; set; }

    internal IPEndPoint? Local { get; set; }

    internal IPEndPoint? Remote { get; set; }

    /// <summary>The remote end is in our trusted subnets.</summary>
    internal bool Trusted { get; set; }

    /// <summary>From registration on.</summary>
    internal OverlayConnection? Overlay { get; set; }

    /// <summary>From registration on.</summary>
    internal Introduction? Peer { get; set; }

    internal bool? Encrypted { get; set; }

    /// <summary>It waits until it is known whether the connection that we have to the same neighbour lives.</summary>
    internal HeldConnection? Held { get; set; }

    /// <summary>When the neighbour last said something.</summary>
    internal TimeSpan HeardAt { get; set; }

    /// <summary>The other end does not even answer in TCP at present: it, or the way to it, may be gone for good.</summary>
    internal bool InDoubt { get; set; }

    /// <summary>
    /// When the overlay starts at the latest; null when it has. Until then the overlay of an earlier connection carries the
    /// data, since the other end may still refuse this one.
    /// </summary>
    internal TimeSpan? OverlayDue { get; set; }

    /// <summary>What waits to be encoded.</summary>
    internal GossipQueue Queue { get; } = new();

    /// <summary>Encoded, and to be handed to the socket at the end of this step.</summary>
    internal ArrayBufferWriter<byte> Output { get; private set; } = new();

    /// <summary>Handed to the socket and not known to have left.</summary>
    internal long InFlight { get; set; }

    /// <summary>The connection ends then unless something arrives.</summary>
    internal TimeSpan Deadline { get; set; }

    internal TimeSpan HeartbeatDue { get; set; } = TimeSpan.MaxValue;

    internal long BytesReceived { get; set; }

    internal long BytesSent { get; set; }

    internal bool IsRegistered => Phase is ConnectionPhase.Registered or ConnectionPhase.Established;

    internal bool CanTakeMore => InFlight + Output.WrittenCount < HighWater;

    internal bool IsOverflowing => InFlight + Output.WrittenCount > Overflow;

    /// <summary>Hands over what was encoded, without copying it.</summary>
    internal ReadOnlyMemory<byte> TakeOutput()
    {
        if (Output.WrittenCount == 0)
        {
            return default;
        }

        ReadOnlyMemory<byte> bytes = Output.WrittenMemory;
        Output = new ArrayBufferWriter<byte>();
        return bytes;
    }

    internal PeerLink ToLink() => new(Peer!.Name, address, outbound, Phase == ConnectionPhase.Established);

    internal ConnectionStatus ToStatus(bool lingering) => new(
        id,
        address,
        outbound,
        Phase == ConnectionPhase.Established && !lingering,
        lingering,
        Peer!.Name,
        Peer.Nickname,
        Encrypted,
        Overlay!.ProtocolVersion,
        BytesReceived,
        BytesSent);
}
