using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weave.Plugin.Model;

/// <summary>JSON of Docker's remote driver protocol. Fields are written in the order of the original's answers.</summary>
/// <remarks>A null where the protocol has a text or a number is malformed, as a text in place of a number is.
/// Properties with a default have a setter: generated readers give an absent <c>init</c> property null instead of its default.</remarks>
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(EmptyMessage))]
[JsonSerializable(typeof(ActivateAnswer))]
[JsonSerializable(typeof(CapabilitiesAnswer))]
[JsonSerializable(typeof(CreateNetworkRequest))]
[JsonSerializable(typeof(AllocateNetworkRequest))]
[JsonSerializable(typeof(AllocateNetworkAnswer))]
[JsonSerializable(typeof(NetworkRequest))]
[JsonSerializable(typeof(DiscoveryRequest))]
[JsonSerializable(typeof(CreateEndpointRequest))]
[JsonSerializable(typeof(CreateEndpointAnswer))]
[JsonSerializable(typeof(EndpointRequest))]
[JsonSerializable(typeof(EndpointInfoAnswer))]
[JsonSerializable(typeof(JoinRequest))]
[JsonSerializable(typeof(JoinAnswer))]
[JsonSerializable(typeof(IpamCapabilitiesAnswer))]
[JsonSerializable(typeof(AddressSpacesAnswer))]
[JsonSerializable(typeof(RequestPoolRequest))]
[JsonSerializable(typeof(RequestPoolAnswer))]
[JsonSerializable(typeof(RequestAddressRequest))]
[JsonSerializable(typeof(RequestAddressAnswer))]
[JsonSerializable(typeof(PoolRequest))]
[JsonSerializable(typeof(ReleaseAddressRequest))]
[JsonSerializable(typeof(ErrorAnswer))]
[JsonSerializable(typeof(PluginNetwork))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
internal sealed partial class PluginJson : JsonSerializerContext;
