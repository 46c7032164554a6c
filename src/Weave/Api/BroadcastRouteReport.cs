namespace Weave.Api;

/// <summary>Next hops of what a peer broadcasts.</summary>
public sealed record BroadcastRouteReport
{
    public string Source { get; init; } = "";

    public IReadOnlyList<string>? Via { get; init => field = Lists.OrNull(value); }
}
