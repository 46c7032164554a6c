using Weave.Core.Ipam;

namespace Weave.Ipam;

/// <summary>What administrators and status want of the allocator. Safe from any thread.</summary>
public interface IIpamControl
{
    /// <summary>Waits until there is a ring.</summary>
    Task PrimeAsync(CancellationToken cancel);

    /// <summary>Hands everything to another peer, for good.</summary>
    Task LeaveAsync(CancellationToken cancel);

    /// <summary>Takes over everything of a peer that is gone.</summary>
    /// <param name="peer">Its name or nickname.</param>
    /// <param name="force">Also of a peer that is connected.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <returns>How many addresses; 0 for ourselves and for a peer that owns nothing; null when nobody is known by that name.</returns>
    /// <exception cref="AllocationException">It lives and is connected.</exception>
    Task<uint?> TakeOverAsync(string peer, bool force, CancellationToken cancel);

    Task<IpamStatus> StatusAsync(CancellationToken cancel);

    /// <summary>Every owner on this host with its addresses.</summary>
    Task<IReadOnlyList<KeyValuePair<string, OwnedAddresses>>> OwnedAsync(CancellationToken cancel);
}
