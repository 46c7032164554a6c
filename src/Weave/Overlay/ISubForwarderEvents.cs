namespace Weave.Overlay;

/// <summary>
/// What a forwarder tells the switch, safe from any thread; takes effect in the control loop, in order. And what it asks.
/// </summary>
public interface ISubForwarderEvents
{
    void Established();

    /// <summary>It worked for an earlier connection until now, so frames need not take another way while it is tried.</summary>
    void Presumed();

    /// <summary>Lost for the rest of the connection.</summary>
    void Failed(string reason);

    /// <summary>Does not work at the moment (true), or does again (false).</summary>
    void Hold(bool held);

    /// <summary>Send a control message to the same overlay at the other end.</summary>
    void SendControl(byte tag, ReadOnlySpan<byte> payload);

    /// <summary>
    /// For how long the neighbour's daemon has said nothing by any other overlay of this connection;
    /// <see cref="TimeSpan.MaxValue"/> when there is no other. In the control loop only.
    /// </summary>
    TimeSpan SilenceElsewhere { get; }
}
