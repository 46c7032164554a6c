namespace Weave.Plugin.Model;

internal sealed record ReleaseAddressRequest
{
    public string PoolID { get; set; } = "";

    public string Address { get; set; } = "";
}
