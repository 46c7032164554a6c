using Weave.Core.Mesh;
using Weave.Core.Overlay.Datapath;
using Weave.Wire.Primitives;

namespace Weave.Overlay.Fast;

/// <summary>The fast datapath towards one neighbour, for the life of one connection. All in the control loop.</summary>
internal sealed class FastLink(FastOverlay owner, OverlayConnection connection, ISubForwarderEvents events, Ipv4Address address, int device, int mtuBytes)
    : ISubForwarder
{
    private const byte AcknowledgeTag = 0;

    private readonly List<FastForwarderEffect> _effects = [];
    private bool _chosen;

    internal FastForwarder Machine { get; } = new(connection.Uid, mtuBytes, address);

    internal PeerName Remote => connection.Remote;

    internal ulong Uid => connection.Uid;

    internal ShortId RemoteShortId => connection.RemoteShortId!.Value;

    internal ShortId SelfShortId => connection.SelfShortId;

    internal NeighbourPath Path =>
        new(RemoteShortId, Machine.Remote, device, Carries: !Machine.IsHeld && (Presumed || (_chosen && Machine.IsEstablished))) { Source = Machine.Source };

    /// <summary>
    /// An earlier connection to the same neighbour had a good path at the moment when this one took over, so frames go on
    /// by it until the heartbeats of this one have the word.
    /// </summary>
    internal bool Presumed { get; set; }

    public TimeSpan Silence => owner.Now - Machine.HeardAt;

    public OverlayStatus Status { get; } = new("fastdp", mtuBytes, Encrypted: false, "");

    public void Confirm()
    {
        owner.Add(this);
        if (Presumed)
        {
            events.Presumed();
        }

        Machine.OnConfirm(owner.Now, Presumed, _effects);
        Perform();
    }

    public void Control(byte tag, ReadOnlySpan<byte> payload)
    {
        Machine.OnControl(owner.Now, tag, _effects);
        Perform();
    }

    public void Carry(bool carries)
    {
        _chosen = carries;
        owner.Changed();
    }

    public void Linger()
    {
        Machine.OnLinger(owner.Now);
        owner.Rearm();
    }

    public void Stop() => owner.Remove(this);

    internal void OnHeartbeat(HeartbeatSeen seen)
    {
        Machine.OnHeartbeat(owner.Now, seen.ConnectionUid, seen.StatedLength, seen.Length, seen.Hearing, seen.From, _effects);
        Perform();
    }

    internal void OnDeadline()
    {
        Machine.OnDeadline(owner.Now, owner.Now - events.SilenceElsewhere, _effects);
        Perform();
    }

    private void Perform()
    {
        foreach (FastForwarderEffect effect in _effects)
        {
            switch (effect)
            {
                case FastForwarderEffect.SendHeartbeat beat:
                    owner.SendHeartbeat(this, beat.Hearing);
                    break;
                case FastForwarderEffect.Acknowledge:
                    events.SendControl(AcknowledgeTag, []);
                    break;
                case FastForwarderEffect.Established:
                    events.Established();
                    owner.Changed();
                    break;
                case FastForwarderEffect.Hold hold:
                    events.Hold(hold.Held);
                    owner.Changed();
                    break;
                case FastForwarderEffect.RemoteMoved moved:
                    owner.Moved(this, moved.Address);
                    break;
                case FastForwarderEffect.SourceFound:
                    owner.Changed();
                    break;
            }
        }

        _effects.Clear();
        owner.Rearm();
    }
}
