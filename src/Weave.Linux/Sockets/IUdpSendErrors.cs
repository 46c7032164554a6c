namespace Weave.Linux.Sockets;

/// <summary>Is told which queued datagrams could not be sent.</summary>
public interface IUdpSendErrors
{
    /// <param name="owner">As given when the datagram was queued.</param>
    /// <param name="outcome">Why.</param>
    /// <param name="datagrams">How many were lost.</param>
    void OnSendError(object owner, SendOutcome outcome, int datagrams);
}
