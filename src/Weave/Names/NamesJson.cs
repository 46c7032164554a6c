using System.Text.Json.Serialization;

namespace Weave.Names;

[JsonSerializable(typeof(StoredName))]
[JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(NameRow[]))]
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class NamesJson : JsonSerializerContext;
