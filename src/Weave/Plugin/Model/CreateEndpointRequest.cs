namespace Weave.Plugin.Model;

internal sealed record CreateEndpointRequest
{
    public string NetworkID { get; set; } = "";

    public string EndpointID { get; set; } = "";

    public EndpointInterface? Interface { get; init; }
}
