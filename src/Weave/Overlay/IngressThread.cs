using Weave.Core.Mesh;
using Weave.Core.Overlay;
using Weave.Linux.Packet;
using Weave.Linux.Sockets;
using Weave.Wire.Packet;
using Weave.Wire.Primitives;
using Weave.Wire.Sleeve;
using Weave.Wire.Vxlan;

namespace Weave.Overlay;

/// <summary>Receives datagrams, opens them in place, and gives their frames to the plane. Whatever is wrong with one is counted and costs little.</summary>
internal sealed unsafe class IngressThread : DataThread, ICoalescerSink
{
    private const ulong NoHandover = ulong.MaxValue;

    private readonly UdpReceiver _receiver;
    private readonly Coalescer _coalescer;
    private readonly byte[] _header = GC.AllocateArray<byte>(VirtioNetHeader.Size + HandoverHeader.Size, pinned: true);
    private readonly byte* _headerAddress;

    internal IngressThread(SleeveOverlay overlay)
        : base(overlay, "sleeve-in")
    {
        _receiver = new UdpReceiver(overlay.Channels.Main);
        _coalescer = new Coalescer(this);
        fixed (byte* address = _header)
        {
            _headerAddress = address; // pinned for good
        }
    }

    internal override void Inject(Span<byte> frame, ArenaPiece? piece, HandoverHeader? handover)
    {
        if (piece is ArenaPiece place)
        {
            _coalescer.Add(_receiver.Arena, place, Pack(handover));
        }
        else
        {
            InjectNow(frame, handover);
        }
    }

    public void Deliver(in VirtioNetHeader header, ReadOnlySpan<ArenaPiece> pieces, ulong tag)
    {
        Span<IoVector> vectors = stackalloc IoVector[pieces.Length + 1];
        vectors[0] = new IoVector(_headerAddress, WriteHeaders(header, tag));
        for (int i = 0; i < pieces.Length; i++)
        {
            vectors[i + 1] = new IoVector(_receiver.ArenaAddress + pieces[i].Offset, pieces[i].Length);
        }

        Write(vectors);
    }

    /// <summary>Writes what stands in front of a frame. All places in it count from the start of the hand-over header.</summary>
    private int WriteHeaders(in VirtioNetHeader header, ulong tag)
    {
        if (tag == NoHandover)
        {
            header.Write(_header);
            return VirtioNetHeader.Size;
        }

        bool super = header.Kind != VirtioNetHeader.SegmentNone;
        VirtioNetHeader moved = !super ? header : header with
        {
            HeaderLength = (ushort)(header.HeaderLength + HandoverHeader.Size),
            ChecksumStart = (ushort)(header.ChecksumStart + HandoverHeader.Size),
        };
        moved.Write(_header);
        Unpack(tag).Write(_header.AsSpan(VirtioNetHeader.Size));
        return _header.Length;
    }

    /// <summary>A hand-over header as the number that the coalescer tells frames apart by.</summary>
    private static ulong Pack(HandoverHeader? handover) => handover is not HandoverHeader header
        ? NoHandover
        : ((ulong)header.Source.Value << 32) | ((ulong)header.Destination.Value << 20) | ((ulong)header.Neighbour.Value << 8) | header.TimeToLive;

    private static HandoverHeader Unpack(ulong tag) => new(
        new ShortId((ushort)((tag >> 32) & (ShortId.Count - 1))),
        new ShortId((ushort)((tag >> 20) & (ShortId.Count - 1))),
        new ShortId((ushort)((tag >> 8) & (ShortId.Count - 1))),
        (byte)tag);

    protected override void Loop()
    {
        while (!Stopping)
        {
            int count = _receiver.Receive();
            Now = Overlay.Now;
            for (int i = 0; i < count; i++)
            {
                OnMessage(_receiver[i]);
            }

            if (count > 0)
            {
                _coalescer.Flush(_receiver.Arena);
                Sender.Flush();
            }
        }

        _receiver.Dispose();
    }

    private void OnMessage(in UdpMessage message)
    {
        UnderlayEndpoint source = new(message.Source, message.SourcePort);
        int end = message.Offset + message.Length;
        for (int offset = message.Offset; offset < end; offset += message.DatagramSize)
        {
            OnDatagram(offset, Math.Min(message.DatagramSize, end - offset), source);
        }
    }

    private void OnDatagram(int offset, int length, UnderlayEndpoint source)
    {
        Span<byte> datagram = _receiver.Arena.Slice(offset, length);
        if (!SleeveDatagram.TryReadSender(datagram, out PeerName sender) || !Overlay.TryFind(sender, out SleeveLink? link))
        {
            Counters.Strangers++;
            return;
        }

        switch (link.Cipher.Open(datagram, out Span<byte> frames))
        {
            case SleeveOpening.Opened when !link.MayBeFrom(source, frames):
                Counters.Misplaced++;
                link.Traffic.Drop();
                break;
            case SleeveOpening.Opened:
                link.OnHeard(Now);
                link.Traffic.Received(length);
                OnFrames(link, frames, offset + link.Cipher.HeaderSize, source);
                break;
            case SleeveOpening.Forged:
                Counters.Forged++;
                link.Traffic.Drop();
                break;
            case SleeveOpening.Replayed:
                Counters.Replayed++;
                link.Traffic.Drop();
                break;
            default:
                Counters.Malformed++;
                break;
        }
    }

    private void OnFrames(SleeveLink link, Span<byte> frames, int offset, UnderlayEndpoint source)
    {
        Span<byte> rest = frames;
        while (SleeveFrame.TryRead(ref rest, out SleeveFrame frame))
        {
            int start = offset + frames.Length - rest.Length - frame.Bytes.Length;
            OnFrame(link, frame, new ArenaPiece(start, frame.Bytes.Length), source);
        }

        if (!rest.IsEmpty)
        {
            Counters.Malformed++;
        }
    }

    private void OnFrame(SleeveLink link, SleeveFrame frame, ArenaPiece piece, UnderlayEndpoint source)
    {
        if (SpecialFrame.Is(frame.Bytes))
        {
            if (frame.Source == link.Remote && frame.Destination == link.Self)
            {
                link.OnSpecial(frame.Bytes, source);
            }

            return;
        }

        RoutesSnapshot? routes = Overlay.Routes;
        if (routes is null || frame.Bytes.Length < SpecialFrame.HeaderSize
            || !(frame.Source == link.Remote || routes.Unicast.ContainsKey(frame.Source)))
        {
            Counters.Malformed++;
            return;
        }

        Counters.FramesReceived++;
        Overlay.Plane.OnReceived(this, routes, link.Remote, frame, piece);
    }
}
