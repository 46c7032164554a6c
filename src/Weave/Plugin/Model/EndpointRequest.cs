namespace Weave.Plugin.Model;

internal sealed record EndpointRequest
{
    public string NetworkID { get; set; } = "";

    public string EndpointID { get; set; } = "";
}
