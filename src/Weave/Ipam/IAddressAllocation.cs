using Weave.Core.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Ipam;

/// <summary>Addresses for containers. Safe from any thread; answers come from the control loop.</summary>
/// <remarks>Identifiers are container ids, <c>weave:expose</c>, or <c>_</c> for addresses without an owner (docs/wire/ipam.md).</remarks>
public interface IAddressAllocation
{
    /// <summary>The subnet of those who ask for none.</summary>
    Ipv4Cidr DefaultSubnet { get; }

    /// <summary>The whole range that the peers share.</summary>
    Ipv4Cidr Universe { get; }

    /// <summary>
    /// The address that <paramref name="ident"/> has in <paramref name="subnet"/>, or a new one. Waits until there is one;
    /// cancelling withdraws the request.
    /// </summary>
    /// <exception cref="AllocationException">It can never be had; the message says why.</exception>
    Task<Ipv4Cidr> AllocateAsync(string ident, Ipv4Cidr subnet, bool isContainer, CancellationToken cancel, EngineUse engine = EngineUse.None);

    /// <summary>Takes one certain address.</summary>
    /// <param name="ident">Who wants it.</param>
    /// <param name="address">The address with the prefix length of its subnet.</param>
    /// <param name="isContainer">The owner is a container, whose death frees it.</param>
    /// <param name="noErrorOnUnknown">Succeed at once when the owning peer cannot be asked, and settle it later.</param>
    /// <param name="cancel">Withdraws the request.</param>
    /// <param name="engine">What the container engine has it for, which is asked now and then whether it still does; none when somebody else wants it.</param>
    /// <exception cref="AllocationException">Somebody else has it; the message names who.</exception>
    Task ClaimAsync(string ident, Ipv4Cidr address, bool isContainer, bool noErrorOnUnknown, CancellationToken cancel, EngineUse engine = EngineUse.None);

    /// <summary>What the container engine has from us.</summary>
    Task<IReadOnlySet<Ipv4Address>> OfEngineAsync(CancellationToken cancel);

    /// <summary>Frees what the engine was found to have no more, unless it was given at <paramref name="notSince"/> (a time stamp) or later.</summary>
    /// <returns>What was freed.</returns>
    Task<IReadOnlyList<Ipv4Address>> FreeLostAsync(IReadOnlySet<Ipv4Address> lost, long notSince, CancellationToken cancel);

    /// <summary>The addresses of <paramref name="ident"/>, within <paramref name="subnet"/> when given.</summary>
    Task<IReadOnlyList<Ipv4Cidr>> LookupAsync(string ident, Ipv4Cidr? subnet, CancellationToken cancel);

    /// <summary>Frees all addresses of <paramref name="ident"/>.</summary>
    /// <exception cref="AllocationException">It has none.</exception>
    Task FreeAsync(string ident, CancellationToken cancel);

    /// <summary>Frees one address of <paramref name="ident"/>.</summary>
    /// <exception cref="AllocationException">It does not have it.</exception>
    Task FreeAsync(string ident, Ipv4Address address, CancellationToken cancel);

    void OnContainerStarted(string container);

    /// <summary>Its addresses are freed 30 s later unless it starts again.</summary>
    /// <param name="container">Which.</param>
    /// <param name="heardAt">Time stamp of when that was said; now when omitted. What it was given since then stays.</param>
    void OnContainerDied(string container, long? heardAt = null);

    /// <summary>Its addresses are freed now.</summary>
    void OnContainerDestroyed(string container);
}
