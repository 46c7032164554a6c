using System.Text.Json.Serialization;

namespace Weave.Firewall;

/// <summary>What this folder stores.</summary>
[JsonSerializable(typeof(StoredExposure))]
internal sealed partial class FirewallJson : JsonSerializerContext;
