using Weave.Wire.Packet;

namespace Weave.Core.Overlay;

/// <summary>Takes what comes out of a <see cref="Coalescer"/>: pieces of the arena that form one frame together.</summary>
public interface ICoalescerSink
{
    /// <summary>One frame: the pieces in order. The pieces are valid until the call returns.</summary>
    /// <param name="header">What the kernel is to know about it.</param>
    /// <param name="pieces">Its bytes.</param>
    /// <param name="tag">As given with the frame; frames of different tags are never joined.</param>
    void Deliver(in VirtioNetHeader header, ReadOnlySpan<ArenaPiece> pieces, ulong tag);
}
