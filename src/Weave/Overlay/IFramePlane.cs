using Weave.Core.Mesh;
using Weave.Core.Overlay;
using Weave.Wire.Packet;
using Weave.Wire.Primitives;
using Weave.Wire.Sleeve;

namespace Weave.Overlay;

/// <summary>What lies on our side of sleeve: the bridge itself, or the kernel's fast datapath. Called by the data threads, concurrently.</summary>
internal interface IFramePlane
{
    /// <summary>The kernel gave us a frame.</summary>
    void OnCaptured(DataThread thread, RoutesSnapshot routes, Span<byte> frame, in VirtioNetHeader header);

    /// <summary>A neighbour gave us a frame. <paramref name="piece"/> is where its bytes are in the receive buffer; null when they are elsewhere.</summary>
    void OnReceived(DataThread thread, RoutesSnapshot routes, PeerName neighbour, SleeveFrame frame, ArenaPiece? piece);

    void PeersForgotten(IReadOnlyList<PeerName> peers);

    /// <summary>The switch sends frames for this neighbour through sleeve, or does not any more.</summary>
    void Carry(PeerName neighbour, bool carries);
}
