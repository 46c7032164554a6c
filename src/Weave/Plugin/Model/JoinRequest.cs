namespace Weave.Plugin.Model;

internal sealed record JoinRequest
{
    public string NetworkID { get; set; } = "";

    public string EndpointID { get; set; } = "";

    public string SandboxKey { get; set; } = "";
}
