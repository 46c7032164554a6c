using Weave.Wire.Primitives;

namespace Weave.Names;

/// <summary>Names of containers on this host. Safe from any thread; changes are made in the control loop.</summary>
public interface INameRegistry
{
    /// <summary>The domain with its trailing dot, such as <c>weave.local.</c>.</summary>
    string Domain { get; }

    /// <summary>Makes <paramref name="fqdn"/> resolve to <paramref name="address"/>. Names outside the domain are ignored.</summary>
    Task RegisterAsync(string container, string fqdn, Ipv4Address address, CancellationToken cancel);

    /// <summary>Removes own entries; an omitted part matches anything. Matching is case-sensitive.</summary>
    Task DeleteAsync(string? container, string? fqdn, Ipv4Address? address, CancellationToken cancel);

    void OnContainerStarted(string container);

    /// <summary>Its names go.</summary>
    /// <param name="container">Which.</param>
    /// <param name="heardAt">Time stamp of when that was said; now when omitted. Names that came since then stay: they are of its next life.</param>
    void OnContainerDied(string container, long? heardAt = null);

    void OnContainerDestroyed(string container);
}
