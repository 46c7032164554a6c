using System.Globalization;
using Weave.Wire.Primitives;

namespace Weave.Core.Overlay;

/// <summary>An IPv4 address and UDP port of the network that carries the overlay.</summary>
public readonly record struct UnderlayEndpoint(Ipv4Address Address, ushort Port)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Address}:{Port}");
}
