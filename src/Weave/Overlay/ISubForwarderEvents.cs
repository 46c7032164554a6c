namespace Weave.Overlay;

/// <summary>What a forwarder tells the switch. Safe from any thread; takes effect in the control loop, in order.</summary>
public interface ISubForwarderEvents
{
    void Established();

    /// <summary>Lost for the rest of the connection.</summary>
    void Failed(string reason);

    /// <summary>Does not work at the moment (true), or does again (false).</summary>
    void Hold(bool held);

    /// <summary>Send a control message to the same overlay at the other end.</summary>
    void SendControl(byte tag, ReadOnlySpan<byte> payload);
}
