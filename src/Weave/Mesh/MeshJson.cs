using System.Text.Json.Serialization;

namespace Weave.Mesh;

/// <summary>What the mesh keeps in the store.</summary>
[JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(StoredIdentity))]
internal sealed partial class MeshJson : JsonSerializerContext;
