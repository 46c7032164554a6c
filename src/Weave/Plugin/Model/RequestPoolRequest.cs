namespace Weave.Plugin.Model;

internal sealed record RequestPoolRequest
{
    public string AddressSpace { get; set; } = "";

    /// <summary>The subnet; empty to be given one.</summary>
    public string Pool { get; set; } = "";

    /// <summary>The part of the subnet to give addresses from (<c>--ip-range</c>); empty for all of it.</summary>
    public string SubPool { get; set; } = "";

    public bool V6 { get; init; }
}
