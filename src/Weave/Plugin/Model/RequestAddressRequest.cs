namespace Weave.Plugin.Model;

internal sealed record RequestAddressRequest
{
    public string PoolID { get; set; } = "";

    /// <summary>The one that is wanted (<c>--ip</c>); empty for any.</summary>
    public string Address { get; set; } = "";
}
