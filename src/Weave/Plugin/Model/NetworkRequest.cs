namespace Weave.Plugin.Model;

internal sealed record NetworkRequest
{
    public string NetworkID { get; set; } = "";
}
