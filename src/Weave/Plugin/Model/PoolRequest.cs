namespace Weave.Plugin.Model;

internal sealed record PoolRequest
{
    public string PoolID { get; set; } = "";
}
