using Weave.Core.Overlay;
using Weave.Wire.Sleeve;

namespace Weave.Overlay;

/// <summary>How to send to a neighbour right now. Immutable: the packet path reads it from one volatile field.</summary>
/// <param name="Remote">Where to.</param>
/// <param name="Source">Where it sends from.</param>
/// <param name="MtuBytes">Largest overlay IP packet that passes undivided.</param>
/// <param name="OverheadBytes">Underlay MTU less overlay MTU.</param>
/// <param name="StackFragments">The underlay's fragments arrive.</param>
internal sealed record SleevePath(UnderlayEndpoint Remote, UnderlayEndpoint Source, int MtuBytes, int OverheadBytes, bool StackFragments)
{
    /// <summary>Largest Ethernet frame that passes undivided.</summary>
    internal int MaxFrame { get; } = MtuBytes + SpecialFrame.HeaderSize;

    /// <summary>Largest datagram that passes undivided.</summary>
    internal int MaxPayload { get; } = Math.Min(SleeveDatagram.MaxSize, MtuBytes + OverheadBytes - SleeveDatagram.UnderlayOverhead);

    /// <summary>
    /// The size is known, so datagrams up to it fit the device and may be cut up by it. Not on a path that is narrower than
    /// any honest one: something there looks at sizes, and on this host or the next it would see all of them as one.
    /// </summary>
    internal bool Segmentable { get; } = MtuBytes != PathMtuSearch.UnknownMtu && MtuBytes + OverheadBytes >= NarrowestHonest;

    /// <summary>Least MTU of IPv6, and of tunnels.</summary>
    private const int NarrowestHonest = 1280;
}
