using Weave.Core.Mesh;
using Weave.Core.Overlay.Datapath;
using Weave.Wire.Primitives;

namespace Weave.Overlay.Fast;

/// <summary>The fast datapath towards one neighbour, for the life of one connection. All in the control loop.</summary>
internal sealed class FastLink(FastOverlay owner, OverlayConnection connection, ISubForwarderEvents events, Ipv4Address address, ushort port, int device, int mtuBytes)
    : ISubForwarder
{
    private const byte AcknowledgeTag = 0;

    private readonly List<FastForwarderEffect> _effects = [];
    private bool _chosen;
    private bool _told;

    internal FastForwarder Machine { get; } = new(connection.Uid, mtuBytes, address);

    internal PeerName Remote => connection.Remote;

    internal ulong Uid => connection.Uid;

    internal ShortId RemoteShortId => connection.RemoteShortId!.Value;

    internal ShortId SelfShortId => connection.SelfShortId;

    /// <summary>UDP port at the other end.</summary>
    internal ushort Port => port;

    /// <summary>Index of the VXLAN device for that port; 0 for the one on the bridge.</summary>
    internal int Device { get; set; } = device;

    internal NeighbourPath Path =>
        new(RemoteShortId, Machine.Remote, Device, Carries: !IsHeld && (Presumed || (_chosen && Machine.IsEstablished))) { Source = Machine.Source };

    /// <summary>The path is silent, or the host has no device for it.</summary>
    private bool IsHeld => Machine.IsHeld || !owner.HasCarrier;

    /// <summary>
    /// An earlier connection to the same neighbour had a good path at the moment when this one took over, so frames go on
    /// by it until the heartbeats of this one have the word.
    /// </summary>
    internal bool Presumed { get; set; }

    /// <summary>Tells the other end, whose frames would go nowhere until it notices the silence.</summary>
    internal void TellNoDevice() => events.SendControl(FastForwarder.NoDeviceTag, []);

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
        TellHeld();
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

    /// <summary>Tells the overlay switch whether frames can go this way, if it does not know.</summary>
    internal void TellHeld()
    {
        if (IsHeld != _told)
        {
            _told = IsHeld;
            events.Hold(_told);
            owner.Changed();
        }
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
                case FastForwarderEffect.Hold:
                    TellHeld();
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
