using System.Text.Json.Serialization;

namespace Weave.Ipam;

/// <summary>Body of <c>GET /ip</c>; the list is null when nobody has an address.</summary>
internal sealed record OwnedReply([property: JsonPropertyName("owned")] IReadOnlyList<OwnedReply.Owner>? Owned)
{
    internal sealed record Owner(
        [property: JsonPropertyName("containerid")] string Container, [property: JsonPropertyName("addrs")] string[] Addresses);
}
