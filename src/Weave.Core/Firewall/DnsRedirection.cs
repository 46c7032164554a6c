using Weave.Wire.Primitives;

namespace Weave.Core.Firewall;

/// <summary>Questions for names that are sent to addresses where they are not served any more.</summary>
/// <param name="Present">Where names are served.</param>
/// <param name="Port">For UDP and TCP, then and now.</param>
/// <param name="Former">Where containers were told to ask before.</param>
public sealed record DnsRedirection(Ipv4Address Present, int Port, IReadOnlyList<Ipv4Address> Former);
