using Weave.Linux.Firewall;
using Weave.Wire.Primitives;

namespace Weave.Firewall;

/// <summary>Gives this host addresses in the container network. Safe from any thread.</summary>
public interface IExposure
{
    /// <summary>What is exposed at present.</summary>
    IReadOnlyList<Ipv4Cidr> Exposed { get; }

    /// <summary>Puts the address on the bridge and lets traffic through. Doing it again changes nothing.</summary>
    /// <exception cref="FirewallException">The host refused; the message says what.</exception>
    Task ExposeAsync(Ipv4Cidr address, bool skipNat, CancellationToken cancel);

    /// <summary>Undoes it.</summary>
    /// <returns>The address was exposed.</returns>
    /// <exception cref="FirewallException">The host refused; the message says what.</exception>
    Task<bool> HideAsync(Ipv4Cidr address, CancellationToken cancel);
}
