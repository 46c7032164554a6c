namespace Weave.Linux.Sockets;

/// <summary>What became of a datagram that was to be sent.</summary>
public enum SendOutcome
{
    Sent,

    /// <summary>It would have had to be fragmented and must not be.</summary>
    TooBig,

    /// <summary>Anything else: no route, no room, a firewall.</summary>
    Failed,
}
