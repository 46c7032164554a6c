using Weave.Wire.Primitives;

namespace Weave.Linux.Netlink;

/// <summary>An IPv4 route.</summary>
/// <param name="Destination">Its network; 0.0.0.0/0 for the default route.</param>
/// <param name="Gateway">Null when the destination is reached directly.</param>
/// <param name="LinkIndex">Where it leaves; 0 when it does not.</param>
/// <param name="FromKernel">Made by the kernel itself for an address.</param>
/// <param name="Table">254 is the main table.</param>
public sealed record Route(Ipv4Cidr Destination, Ipv4Address? Gateway, int LinkIndex, bool FromKernel = false, int Table = Route.MainTable)
{
    public const int MainTable = 254;
}
