namespace Weave.Docker.Model;

/// <summary>What this engine knows of its swarm.</summary>
public sealed record SwarmState
{
    public string? NodeID { get; init; }

    public string? NodeAddr { get; init; }

    /// <summary><c>inactive</c>, <c>pending</c>, <c>active</c>, <c>error</c> or <c>locked</c>.</summary>
    public string? LocalNodeState { get; init; }

    public bool ControlAvailable { get; init; }

    /// <summary>Managers known to this node, worker or manager.</summary>
    public IReadOnlyList<SwarmManager>? RemoteManagers { get; init; }
}
