namespace Weave.Plugin.Model;

/// <summary>Addresses of an endpoint. In an answer only what Docker left empty may be filled in: anything else is an error to it.</summary>
internal sealed record EndpointInterface(string Address = "", string AddressIPv6 = "", string MacAddress = "");
