using System.Collections.Frozen;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Weave.Core.Mesh;
using Weave.Daemon;
using Weave.Linux.Bpf;
using Weave.Overlay;
using Weave.Overlay.Fast;
using Weave.Wire.Primitives;

namespace Weave.SystemTests.FastDatapath;

/// <summary>The overlay's shell in one host's namespace, with a control connection to another such end in place of a mesh.</summary>
internal sealed class OverlayEnd : ISubForwarderEvents, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly FastDatapathHolder _holder;
    private readonly Task _running;

    internal OverlayEnd(OverlayHost host)
    {
        Host = host;
        Loop = new ControlLoop(TimeProvider.System);
        _holder = new FastDatapathHolder(new DaemonOptions { MtuBytes = OverlayHost.MtuBytes }, NullLogger<FastDatapathHolder>.Instance);
        Assert.True(host.Run(_holder.Open), "the datapath could not be opened");
        Overlay = new FastOverlay(Loop, _holder, TimeProvider.System, NullLogger<FastOverlay>.Instance);
        _running = Task.Run(() => Loop.RunAsync(_stop.Token));
    }

    internal OverlayHost Host { get; }

    internal ControlLoop Loop { get; }

    internal FastOverlay Overlay { get; }

    internal OverlayEnd? Other { get; set; }

    internal ISubForwarder? Forwarder { get; private set; }

    internal bool Adopted => _holder.Adopted is not null;

    internal volatile bool IsEstablished;

    internal volatile bool IsHeld;

    /// <summary>What the mesh does when a handshake is done.</summary>
    internal void Connect(OverlayEnd other, ulong uid)
    {
        Other = other;
        OverlayConnection connection = new(
            new ConnectionId((long)uid), uid, Name(Host), Name(other.Host), Host.Id, other.Host.Id, Host.Number < other.Host.Number,
            new IPEndPoint(Host.Address.ToIPAddress(), 6783), new IPEndPoint(other.Host.Address.ToIPAddress(), 6783), null,
            ["fastdp", "sleeve"], FrozenDictionary<string, string>.Empty, FrozenDictionary<string, string>.Empty, 2);
        Loop.AskAsync(() =>
        {
            ISubForwarder? older = Forwarder; // an older connection is stopped when the new one takes over
            Forwarder = Overlay.Prepare(connection, this, out string whyNot);
            Assert.True(Forwarder is not null, whyNot);
            Overlay.RoutesChanged(new PairRoutes(Host, other.Host));
            Forwarder!.Carry(true);
            older?.Stop();
            Forwarder.Confirm();
            return 0;
        }).GetAwaiter().GetResult();
    }

    /// <summary>Has routes change as the mesh's shell changes them, in a step after a piece of work; then nothing more happens.</summary>
    /// <returns>What the kernel's tables hold when the piece of work is over.</returns>
    internal DatapathContents ChangeRoutes(OverlayEnd other)
    {
        TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        RoutesSnapshot? news = new PairRoutes(Host, other.Host);
        Loop.AskAsync(() =>
        {
            Loop.AfterEach(() =>
            {
                if (news is not null)
                {
                    Overlay.RoutesChanged(news);
                    news = null;
                }
            });
            Loop.AtEnd(() => over.TrySetResult());
            return 0;
        }).GetAwaiter().GetResult();
        over.Task.GetAwaiter().GetResult();
        return _holder.Datapath!.Read();
    }

    internal static PeerName Name(OverlayHost host) => new((ulong)host.Number);

    public void Established() => IsEstablished = true;

    public void Presumed()
    {
        // One overlay: there is nothing to choose.
    }

    public void Failed(string reason) => throw new InvalidOperationException(reason);

    public void Hold(bool held) => IsHeld = held;

    /// <summary>The daemon of the other end lives: it speaks on the control connection.</summary>
    public TimeSpan SilenceElsewhere => TimeSpan.Zero;

    public void SendControl(byte tag, ReadOnlySpan<byte> payload)
    {
        byte[] body = payload.ToArray();
        Other!.Loop.TryPost(() => Other.Forwarder?.Control(tag, body));
    }

    public void Dispose()
    {
        _stop.Cancel();
        Assert.Throws<OperationCanceledException>(_running.GetAwaiter().GetResult);
        Overlay.Dispose();
        _holder.Dispose();
        _stop.Dispose();
    }

    private sealed class PairRoutes(OverlayHost self, OverlayHost other) : RoutesSnapshot
    {
        public override PeerName Self => Name(self);

        public override FrozenDictionary<PeerName, PeerName> Unicast => new Dictionary<PeerName, PeerName>
        {
            [Name(self)] = PeerName.Unknown, [Name(other)] = Name(other),
        }.ToFrozenDictionary();

        public override FrozenDictionary<ShortId, PeerName> ByShortId => ShortIds.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

        public override FrozenDictionary<PeerName, ShortId> ShortIds => new Dictionary<PeerName, ShortId>
        {
            [Name(self)] = self.Id, [Name(other)] = other.Id,
        }.ToFrozenDictionary();

        public override IReadOnlyList<PeerName> Broadcast(PeerName source) => source == Self ? [Name(other)] : [];
    }
}
