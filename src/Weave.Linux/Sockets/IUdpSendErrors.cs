namespace Weave.Linux.Sockets;

/// <summary>Is told which queued datagrams could not be sent, or not together.</summary>
public interface IUdpSendErrors
{
    /// <param name="owner">As given when the datagram was queued.</param>
    /// <param name="outcome">Why.</param>
    /// <param name="datagrams">How many were lost.</param>
    void OnSendError(object owner, SendOutcome outcome, int datagrams);

    /// <summary>
    /// The kernel would not cut a message up: the device on this way cannot, or takes less than it did. Its datagrams were
    /// sent one by one, and what fails of those is told apart. Others' ways may be as good as ever, and this one soon again.
    /// </summary>
    /// <param name="owner">As given when the datagram was queued.</param>
    void OnNotSegmented(object owner);
}
