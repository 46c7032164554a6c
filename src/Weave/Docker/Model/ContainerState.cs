namespace Weave.Docker.Model;

/// <summary>State of a container.</summary>
public sealed record ContainerState
{
    public string? Status { get; init; }

    public bool Running { get; init; }

    public bool Paused { get; init; }

    public bool Restarting { get; init; }

    /// <summary>0 until the process exists.</summary>
    public int Pid { get; init; }

    public int ExitCode { get; init; }

    public string? Error { get; init; }

    public string? StartedAt { get; init; }
}
