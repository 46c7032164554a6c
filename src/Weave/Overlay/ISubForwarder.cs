namespace Weave.Overlay;

/// <summary>One overlay towards one neighbour, for the life of one connection. Called in the control loop.</summary>
public interface ISubForwarder
{
    /// <summary>The connection is registered: start heartbeats. From now on this is the forwarder for the neighbour's name.</summary>
    void Confirm();

    /// <summary>A control message of this overlay: its own tag, and what follows.</summary>
    void Control(byte tag, ReadOnlySpan<byte> payload);

    /// <summary>The switch chose this forwarder to carry frames to the neighbour, or chose another.</summary>
    void Carry(bool carries);

    /// <summary>The control connection ended; frames go on for as long as this works.</summary>
    void Linger();

    /// <summary>Ends it. No event is raised afterwards that the switch would still listen to.</summary>
    void Stop();

    /// <summary>For how long the neighbour's daemon has said nothing by this overlay; since the start if it never did.</summary>
    TimeSpan Silence { get; }

    /// <summary>For status. Safe from any thread.</summary>
    OverlayStatus Status { get; }
}
