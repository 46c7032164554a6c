namespace Weave.Plugin.Model;

internal sealed record RequestAddressRequest
{
    public string PoolID { get; set; } = "";

    /// <summary>The one that is wanted (<c>--ip</c>); empty for any.</summary>
    public string Address { get; set; } = "";

    public IReadOnlyDictionary<string, string>? Options { get; set; }

    /// <summary>For the network's gateway (<c>--gateway</c>), which is the same on every host.</summary>
    internal bool IsForGateway => Options?.GetValueOrDefault("RequestAddressType") == "com.docker.network.gateway";
}
