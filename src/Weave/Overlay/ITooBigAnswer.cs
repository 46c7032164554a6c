using Weave.Wire.Primitives;

namespace Weave.Overlay;

/// <summary>Takes the answer to a frame that was too big, to be handled like a frame that the neighbour brought from the peer it was meant for.</summary>
internal interface ITooBigAnswer
{
    void Answer(PeerName neighbour, PeerName from, PeerName to, Span<byte> frame);
}
