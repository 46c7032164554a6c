namespace Weave.Api;

/// <summary>Nobody is asked for newer versions here, so this is always the original's "disabled".</summary>
public sealed record VersionCheckReport
{
    public bool Enabled { get; init; }

    public bool Success { get; init; }

    public string NewVersion { get; init; } = "";

    public DateTime NextCheckAt { get; init; } = DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc);
}
