using System.Text.Json.Serialization;

namespace Weave.Api;

/// <summary>A claim that is not decided.</summary>
public sealed record ClaimReport(string Ident, [property: JsonPropertyName("CIDR")] ClaimedCidr Cidr);
