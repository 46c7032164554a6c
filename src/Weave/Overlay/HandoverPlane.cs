using Weave.Core.Mesh;
using Weave.Core.Overlay;
using Weave.Wire.Packet;
using Weave.Wire.Primitives;
using Weave.Wire.Sleeve;
using Weave.Wire.Vxlan;

namespace Weave.Overlay;

/// <summary>
/// Sleeve behind the fast datapath: the kernel switches, learns and floods, and says in front of each frame which
/// neighbour is to get it. What neighbours send goes to the kernel with the same header, relayed frames included.
/// </summary>
/// <remarks>docs/wire/vxlan.md §4.</remarks>
internal sealed class HandoverPlane : IFramePlane
{
    public void OnCaptured(DataThread thread, RoutesSnapshot routes, Span<byte> frame, in VirtioNetHeader header)
    {
        // The kernel itself speaks on any interface (IPv6 router solicitations): not ours to carry.
        if (!HandoverHeader.TryTake(frame, out HandoverHeader handover, out Span<byte> inner))
        {
            return;
        }

        VirtioNetHeader moved = header with
        {
            HeaderLength = (ushort)(header.HeaderLength - HandoverHeader.Size),
            ChecksumStart = (ushort)(header.ChecksumStart - HandoverHeader.Size),
        };
        if (!EthernetFrame.TryRead(inner, out EthernetFrame ethernet)
            || (moved.Kind == VirtioNetHeader.SegmentNone && !ChecksumFiller.TryFill(inner, moved)))
        {
            thread.Counters.Malformed++;
            return;
        }

        if (routes.ByShortId.TryGetValue(handover.Source, out PeerName source)
            && routes.ByShortId.TryGetValue(handover.Destination, out PeerName destination)
            && routes.ByShortId.TryGetValue(handover.Neighbour, out PeerName neighbour))
        {
            thread.SendVia(routes, neighbour, source, destination, inner, moved, flooded: ethernet.Destination.IsGroup);
        }
        else
        {
            thread.Counters.NoRoute++;
        }
    }

    public void OnReceived(DataThread thread, RoutesSnapshot routes, PeerName neighbour, SleeveFrame frame, ArenaPiece? piece)
    {
        if (routes.ShortIds.TryGetValue(frame.Source, out ShortId source)
            && routes.ShortIds.TryGetValue(frame.Destination, out ShortId destination)
            && routes.ShortIds.TryGetValue(neighbour, out ShortId from))
        {
            thread.Inject(frame.Bytes, piece, new HandoverHeader(source, destination, from, HandoverHeader.StartTimeToLive));
        }
        else
        {
            thread.Counters.NoRoute++;
        }
    }

    public void PeersForgotten(IReadOnlyList<PeerName> peers)
    {
        // The kernel knows where MAC addresses are.
    }

    public void Carry(PeerName neighbour, bool carries)
    {
        // The fast datapath is told by its own forwarder.
    }
}
