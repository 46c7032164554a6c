using Weave.Core.Overlay;
using Weave.Linux.Sockets;
using Weave.Wire.Packet;
using Weave.Wire.Primitives;
using Weave.Wire.Sleeve;

namespace Weave.Overlay;

/// <summary>
/// Turns frames into sealed datagrams. Cuts super-packets up, chooses the channel, fragments or refuses what is too
/// big, puts small frames for one neighbour together, and queues. Belongs to one thread and allocates nothing.
/// </summary>
/// <remarks>docs/wire/sleeve.md §7. A datagram stays open for more frames until another is begun or <see cref="Flush"/>.</remarks>
internal sealed class FrameSender : IUdpSendErrors, IDisposable
{
    private readonly UdpSendQueue _queue;
    private readonly SleeveCounters _counters;
    private readonly ITooBigAnswer _answers;
    private readonly byte[] _scratch = new byte[TcpSegment.IpOffset + ushort.MaxValue];
    private readonly byte[] _answer = new byte[Math.Max(IcmpFragmentationNeeded.MaxSize, Icmpv6PacketTooBig.MaxSize)];
    private SleeveLink? _openLink;
    private SleevePath? _openPath;
    private bool _openDontFragment;
    private int _openLength;

    internal FrameSender(SleeveChannels channels, SleeveCounters counters, ITooBigAnswer answers)
    {
        _queue = new UdpSendQueue(channels.Main, channels.Other, this);
        _counters = counters;
        _answers = answers;
    }

    /// <summary>Bytes that wait for <see cref="Flush"/>.</summary>
    internal int Pending => _queue.Pending;

    /// <summary>Sends a frame to a neighbour, a super-packet in pieces. Changes the frame's bytes where a checksum was left to us.</summary>
    /// <param name="self">Our name, as the sender of the datagram.</param>
    /// <param name="link">The neighbour.</param>
    /// <param name="source">Where the frame entered the overlay.</param>
    /// <param name="destination">Where it is to leave, or the neighbour if it is flooded.</param>
    /// <param name="frame">The frame.</param>
    /// <param name="header">What the kernel said about it.</param>
    /// <param name="flooded">One of several copies: nobody is told when it is too big.</param>
    internal void Send(
        PeerName self, SleeveLink link, PeerName source, PeerName destination, Span<byte> frame, in VirtioNetHeader header, bool flooded)
    {
        SleevePath? path = link.Path;
        if (path is null)
        {
            _counters.NoRoute++;
            return;
        }

        Hop hop = new(self, link, path, source, destination, flooded);
        if (header.Kind == VirtioNetHeader.SegmentTcp4 && Segmenter.TryPlan(frame, header.SegmentSize, out Segmenter plan))
        {
            SendSegments(hop, frame, plan);
        }
        else if (header.Kind != VirtioNetHeader.SegmentNone)
        {
            _counters.Malformed++;
        }
        else
        {
            SendWhole(hop, frame);
        }
    }

    /// <summary>Sends everything that waits.</summary>
    internal void Flush()
    {
        Close();
        _queue.Flush();
    }

    public void OnSendError(object owner, SendOutcome outcome, int datagrams)
    {
        _counters.SendFailed += datagrams;
        ((SleeveLink)owner).Traffic.Drop(datagrams);
        if (outcome == SendOutcome.TooBig)
        {
            ((SleeveLink)owner).OnTooBig();
        }
    }

    public void OnNotSegmented(object owner) => ((SleeveLink)owner).OnNotSegmented();

    public void Dispose() => _queue.Dispose();

    private void SendSegments(in Hop hop, Span<byte> frame, Segmenter plan)
    {
        bool mustNotFragment = plan.DontFragment;
        bool fits = plan.FullLength <= hop.Path.MaxFrame;
        if (mustNotFragment && !fits)
        {
            Answer(hop, IcmpFragmentationNeeded.Write(frame, hop.Path.MtuBytes, _answer));
            return;
        }

        for (int i = 0; i < plan.Count; i++)
        {
            int length = plan.LengthOf(i);
            if (mustNotFragment)
            {
                plan.Write(i, Open(hop, length, dontFragment: true));
            }
            else
            {
                plan.Write(i, _scratch);
                SendWhole(hop, _scratch.AsSpan(0, length));
            }
        }
    }

    private void SendWhole(in Hop hop, Span<byte> frame)
    {
        bool fits = frame.Length <= hop.Path.MaxFrame;
        if (!Ipv4Packet.TryReadFrame(frame[EthernetFrame.TagsOf(frame)..], out Ipv4Packet packet))
        {
            SendOther(hop, frame, fits);
        }
        else if (packet.DontFragment)
        {
            if (fits)
            {
                Copy(hop, frame, dontFragment: true);
            }
            else
            {
                Answer(hop, hop.Flooded ? 0 : IcmpFragmentationNeeded.Write(frame, hop.Path.MtuBytes, _answer));
            }
        }
        else if (fits || (hop.Path.StackFragments && FitsDatagram(hop, frame)))
        {
            Copy(hop, frame, dontFragment: !hop.Path.StackFragments);
        }
        else
        {
            SendFragments(hop, frame);
        }
    }

    private void SendFragments(in Hop hop, Span<byte> frame)
    {
        if (!Fragmenter.TryPlan(frame, hop.Path.MtuBytes, out Fragmenter plan))
        {
            _counters.TooBig++;
            hop.Link.Traffic.Drop();
            return;
        }

        for (int i = 0; i < plan.Count; i++)
        {
            plan.Write(i, Open(hop, plan.LengthOf(i), dontFragment: true));
        }
    }

    /// <summary>
    /// Anything but IPv4. The sender of an IPv6 packet that does not fit is told, as by any router; what nobody can be told of
    /// is left to the kernel to fragment.
    /// </summary>
    private void SendOther(in Hop hop, Span<byte> frame, bool fits)
    {
        int answer = fits || hop.Flooded ? 0 : Icmpv6PacketTooBig.Write(frame, hop.Path.MtuBytes, _answer);
        if (answer > 0)
        {
            Answer(hop, answer);
        }
        else
        {
            Copy(hop, frame, dontFragment: false);
        }
    }

    /// <summary>Drops a frame that does not fit and may not be fragmented, and has its sender told with the first <paramref name="length"/> bytes of the answer.</summary>
    private void Answer(in Hop hop, int length)
    {
        _counters.TooBig++;
        hop.Link.Traffic.Drop();
        if (length > 0)
        {
            _answers.Answer(hop.Link.Remote, hop.Destination, hop.Source, _answer.AsSpan(0, length));
        }
    }

    private static bool FitsDatagram(in Hop hop, ReadOnlySpan<byte> frame) =>
        hop.Link.Cipher.HeaderSize + SleeveFrame.HeaderSize + frame.Length <= SleeveDatagram.MaxSize;

    private void Copy(in Hop hop, ReadOnlySpan<byte> frame, bool dontFragment)
    {
        if (!FitsDatagram(hop, frame))
        {
            _counters.TooBig++;
            hop.Link.Traffic.Drop();
            return;
        }

        frame.CopyTo(Open(hop, frame.Length, dontFragment));
    }

    /// <summary>Room for a frame in a datagram to the neighbour: the open one if it fits there, else a new one.</summary>
    private Span<byte> Open(in Hop hop, int length, bool dontFragment)
    {
        _counters.FramesSent++;
        int needed = SleeveFrame.HeaderSize + length;
        if (_openLink != hop.Link || _openDontFragment != dontFragment || _openLength + needed > hop.Path.MaxPayload)
        {
            Close();
            if (!_queue.HasRoom)
            {
                _queue.Flush();
            }

            hop.Self.Write(_queue.Room);
            _openLink = hop.Link;
            _openPath = hop.Path;
            _openDontFragment = dontFragment;
            _openLength = hop.Link.Cipher.HeaderSize;
        }

        Span<byte> room = _queue.Room[_openLength..];
        SleeveFrame.WriteHeader(room, hop.Source, hop.Destination, length);
        _openLength += needed;
        return room.Slice(SleeveFrame.HeaderSize, length);
    }

    private void Close()
    {
        if (_openLink is null)
        {
            return;
        }

        _openLink.Traffic.Sent(_openLength);
        _openLink.Cipher.Seal(_queue.Room[.._openLength], _openDontFragment);
        bool segmentable = _openPath!.Segmentable && _openLink.MaySegment && _openLength <= _openPath.MaxPayload;
        _queue.Commit(_openLength, _openPath.Remote.Address, _openPath.Remote.Port, _openDontFragment, segmentable, _openLink);
        _openLink = null;
    }

    /// <summary>One frame's way out.</summary>
    private readonly record struct Hop(
        PeerName Self, SleeveLink Link, SleevePath Path, PeerName Source, PeerName Destination, bool Flooded);
}
