using Weave.Core.Mesh;
using Weave.Core.Overlay;
using Weave.Linux.Interop;
using Weave.Linux.Packet;
using Weave.Wire.Packet;
using Weave.Wire.Primitives;
using Weave.Wire.Sleeve;
using Weave.Wire.Vxlan;

namespace Weave.Overlay;

/// <summary>
/// What a thread of the data plane owns: its send queue, its counters, its idea of the present. One thread reads the
/// kernel's frames, another the network's; they share nothing that is locked.
/// </summary>
internal abstract class DataThread : ITooBigAnswer, IDisposable
{
    private static readonly VirtioNetHeader Plain = new(0, VirtioNetHeader.SegmentNone, 0, 0, 0, 0);

    private readonly SleeveOverlay _overlay;
    private readonly byte[] _direct = GC.AllocateArray<byte>(ushort.MaxValue + 64, pinned: true);
    private readonly Thread _thread;
    private volatile bool _stopping;

    protected DataThread(SleeveOverlay overlay, string name)
    {
        _overlay = overlay;
        Sender = new FrameSender(overlay.Channels, Counters, this);
        _thread = new Thread(Run) { Name = name, IsBackground = true };
    }

    internal SleeveCounters Counters { get; } = new();

    /// <summary>The time when this burst began.</summary>
    internal TimeSpan Now { get; private protected set; }

    protected FrameSender Sender { get; }

    protected SleeveOverlay Overlay => _overlay;

    protected bool Stopping => _stopping;

    internal void Start() => _thread.Start();

    internal void Stop()
    {
        _stopping = true;
        if (_thread.IsAlive)
        {
            _thread.Join();
        }
    }

    /// <summary>
    /// Sends a frame towards a peer, along the unicast route, but never back to the neighbour that it came from: while peers
    /// disagree about the topology it would go to and fro.
    /// </summary>
    internal void Send(
        RoutesSnapshot routes, PeerName source, PeerName destination, Span<byte> frame, in VirtioNetHeader header, PeerName cameFrom = default)
    {
        if (routes.Unicast.TryGetValue(destination, out PeerName hop) && hop != cameFrom && _overlay.TryFind(hop, out SleeveLink? link))
        {
            Sender.Send(routes.Self, link, source, destination, frame, header, flooded: false);
        }
        else
        {
            Counters.NoRoute++;
        }
    }

    /// <summary>Sends a frame straight to a neighbour on its way to a peer.</summary>
    internal void SendVia(RoutesSnapshot routes, PeerName hop, PeerName source, PeerName destination, Span<byte> frame, in VirtioNetHeader header, bool flooded)
    {
        if (_overlay.TryFind(hop, out SleeveLink? link))
        {
            Sender.Send(routes.Self, link, source, destination, frame, header, flooded);
        }
        else
        {
            Counters.NoRoute++;
        }
    }

    /// <summary>Sends a copy to each neighbour on the broadcast tree of <paramref name="source"/>, but for the one that it came from.</summary>
    internal void Flood(RoutesSnapshot routes, PeerName source, Span<byte> frame, in VirtioNetHeader header, PeerName cameFrom = default)
    {
        IReadOnlyList<PeerName> hops = routes.Broadcast(source);
        for (int i = 0; i < hops.Count; i++)
        {
            if (hops[i] != cameFrom)
            {
                SendVia(routes, hops[i], source, hops[i], frame, header, flooded: true);
            }
        }
    }

    /// <summary>Gives a frame to the kernel. One in the receive buffer may wait a moment to be joined with others.</summary>
    internal virtual void Inject(Span<byte> frame, ArenaPiece? piece, HandoverHeader? handover) => InjectNow(frame, handover);

    /// <summary>Gives a frame to the kernel at once.</summary>
    protected unsafe void InjectNow(ReadOnlySpan<byte> frame, HandoverHeader? handover)
    {
        Plain.Write(_direct);
        int start = VirtioNetHeader.Size;
        if (handover is HandoverHeader header)
        {
            header.Write(_direct.AsSpan(start));
            start += HandoverHeader.Size;
        }

        frame.CopyTo(_direct.AsSpan(start));
        fixed (byte* bytes = _direct)
        {
            Write([new IoVector(bytes, start + frame.Length)]);
        }
    }

    public void Answer(PeerName neighbour, PeerName from, PeerName to, Span<byte> frame)
    {
        if (_overlay.Routes is RoutesSnapshot routes)
        {
            _overlay.Plane.OnReceived(this, routes, neighbour, SleeveFrame.Of(from, to, frame), null);
        }
    }

    public void Dispose() => Sender.Dispose();

    protected void Write(ReadOnlySpan<IoVector> pieces)
    {
        if (!_overlay.Port.Write(pieces))
        {
            Counters.InjectFailed++;
        }
    }

    protected abstract void Loop();

    private void Run()
    {
        try
        {
            ShortTurns.TryTake(); // or what waits for a packet waits for other processes' turns to end
            Loop();
        }
        catch (Exception failure) when (!_stopping)
        {
            _overlay.OnThreadEnded(failure);
        }
    }
}
