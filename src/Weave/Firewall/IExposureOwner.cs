using Weave.Wire.Primitives;

namespace Weave.Firewall;

/// <summary>Who else knows of exposed addresses: the allocator, and the names.</summary>
internal interface IExposureOwner
{
    /// <summary>Nobody wants this address any more.</summary>
    Task ForgetAsync(Ipv4Cidr address, CancellationToken cancel);
}
