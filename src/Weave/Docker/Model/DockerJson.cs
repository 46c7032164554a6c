using System.Text.Json.Serialization;

namespace Weave.Docker.Model;

/// <summary>Docker's JSON. Field names are Docker's; absent fields of requests are left out.</summary>
/// <remarks>Properties with a default have a setter: generated readers give an absent <c>init</c> property null instead of its default.</remarks>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(ErrorMessage))]
[JsonSerializable(typeof(EngineVersion))]
[JsonSerializable(typeof(EngineInfo))]
[JsonSerializable(typeof(SwarmNode[]))]
[JsonSerializable(typeof(ContainerSummary[]))]
[JsonSerializable(typeof(ContainerDetails))]
[JsonSerializable(typeof(ContainerSpec))]
[JsonSerializable(typeof(CreatedContainer))]
[JsonSerializable(typeof(WaitResult))]
[JsonSerializable(typeof(ExecSpec))]
[JsonSerializable(typeof(ExecStart))]
[JsonSerializable(typeof(ExecState))]
[JsonSerializable(typeof(ImageDetails))]
[JsonSerializable(typeof(ProgressLine))]
[JsonSerializable(typeof(NetworkDetails[]))]
[JsonSerializable(typeof(NetworkSpec))]
[JsonSerializable(typeof(NetworkDisconnect))]
[JsonSerializable(typeof(VolumeSpec))]
[JsonSerializable(typeof(VolumeDetails))]
[JsonSerializable(typeof(PluginDetails))]
[JsonSerializable(typeof(ContainerEvent))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(Dictionary<string, string[]>))]
internal sealed partial class DockerJson : JsonSerializerContext;
