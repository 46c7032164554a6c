using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>How a request ended.</summary>
/// <param name="Address">The address that was given, with the subnet's prefix length.</param>
/// <param name="Error">Why it was refused, or what it waited for when it was withdrawn, for the user; null when there is nothing to say.</param>
/// <param name="IsCancelled">It was withdrawn, or its container died.</param>
public readonly record struct AllocationAnswer(Ipv4Cidr Address, string? Error, bool IsCancelled)
{
    public static AllocationAnswer Given(Ipv4Cidr address) => new(address, null, false);

    public static AllocationAnswer Refused(string error) => new(default, error, false);

    public static AllocationAnswer Cancelled => new(default, null, true);
}
