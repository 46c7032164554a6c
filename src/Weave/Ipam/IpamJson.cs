using System.Text.Json.Serialization;

namespace Weave.Ipam;

/// <summary>JSON of address allocation: what is stored, and the body of <c>GET /ip</c>.</summary>
[JsonSerializable(typeof(StoredRing))]
[JsonSerializable(typeof(StoredEntry))]
[JsonSerializable(typeof(StoredAddresses))]
[JsonSerializable(typeof(StoredHold[]))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(OwnedReply))]
internal sealed partial class IpamJson : JsonSerializerContext;
