using Weave.Core.Mesh;
using Weave.Core.Overlay;
using Weave.Wire.Packet;
using Weave.Wire.Primitives;
using Weave.Wire.Sleeve;

namespace Weave.Overlay;

/// <summary>Sleeve as a port of the bridge: we learn where MAC addresses are and flood what is not known.</summary>
internal sealed class BridgedPlane(MacTable macs) : IFramePlane
{
    private volatile FrameSwitch? _switch;
    private PeerName _self;

    public void OnCaptured(DataThread thread, RoutesSnapshot routes, Span<byte> frame, in VirtioNetHeader header)
    {
        if (!EthernetFrame.TryRead(frame, out EthernetFrame ethernet) || !TryFinishChecksum(frame, header))
        {
            thread.Counters.Malformed++;
            return;
        }

        PeerName self = routes.Self;
        switch (SwitchFor(self).OnCaptured(thread.Now, ethernet.Source, ethernet.Destination, out PeerName peer, frame))
        {
            case Verdict.Unicast:
                thread.Send(routes, self, peer, frame, header);
                break;
            case Verdict.Flood:
                thread.Flood(routes, self, frame, header);
                break;
        }
    }

    public void OnReceived(DataThread thread, RoutesSnapshot routes, PeerName neighbour, SleeveFrame frame, ArenaPiece? piece)
    {
        if (!EthernetFrame.TryRead(frame.Bytes, out EthernetFrame ethernet))
        {
            thread.Counters.Malformed++;
            return;
        }

        switch (SwitchFor(routes.Self).OnReceived(thread.Now, frame.Source, frame.Destination, ethernet.Source, ethernet.Destination, frame.Bytes))
        {
            case Verdict.Unicast:
                thread.Counters.FramesRelayed++;
                thread.Send(routes, frame.Source, frame.Destination, frame.Bytes, default, cameFrom: neighbour);
                break;
            case Verdict.Inject:
                thread.Inject(frame.Bytes, piece, handover: null);
                break;
            case Verdict.InjectAndFlood:
                // The copies first: joining segments changes headers in place.
                FloodOn(thread, routes, neighbour, frame);
                thread.Inject(frame.Bytes, piece, handover: null);
                break;
        }
    }

    /// <summary>
    /// Passes a copy on if it came the way that it comes when all agree about the topology: while peers disagree, copies that
    /// are passed on whichever way they came multiply.
    /// </summary>
    private static void FloodOn(DataThread thread, RoutesSnapshot routes, PeerName neighbour, SleeveFrame frame)
    {
        PeerName upstream = routes.Upstream(frame.Source);
        if (upstream.IsUnknown || upstream == neighbour)
        {
            thread.Flood(routes, frame.Source, frame.Bytes, default, cameFrom: neighbour);
        }
    }

    public void PeersForgotten(IReadOnlyList<PeerName> peers)
    {
        foreach (PeerName peer in peers)
        {
            macs.Forget(peer);
        }
    }

    public void Carry(PeerName neighbour, bool carries)
    {
        // There is no other overlay beside sleeve in this mode.
    }

    /// <summary>Super-packets get their checksums when they are cut up.</summary>
    private static bool TryFinishChecksum(Span<byte> frame, in VirtioNetHeader header) =>
        header.Kind != VirtioNetHeader.SegmentNone || ChecksumFiller.TryFill(frame, header);

    private FrameSwitch SwitchFor(PeerName self)
    {
        FrameSwitch? current = _switch;
        if (current is null || _self != self)
        {
            _self = self;
            _switch = current = new FrameSwitch(macs, self);
        }

        return current;
    }
}
