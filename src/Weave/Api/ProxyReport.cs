namespace Weave.Api;

/// <summary>Where the Docker API proxy listens.</summary>
public sealed record ProxyReport
{
    public IReadOnlyList<string>? Addresses { get; init => field = Lists.OrNull(value); }
}
