namespace Weave.Api;

/// <summary>A peer of the topology.</summary>
public sealed record PeerReport
{
    public string Name { get; init; } = "";

    public string NickName { get; init; } = "";

    public ulong UID { get; init; }

    public int ShortID { get; init; }

    public ulong Version { get; init; }

    public IReadOnlyList<PeerConnectionReport>? Connections { get; init => field = Lists.OrNull(value); }
}
