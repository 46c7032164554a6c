using Weave.Wire.Primitives;

namespace Weave.Linux.Bridge;

/// <summary>An interface of a container whose other end is on the bridge.</summary>
public sealed record ContainerInterface(string Name, MacAddress Mac, IReadOnlyList<Ipv4Cidr> Addresses);
