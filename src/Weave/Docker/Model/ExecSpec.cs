namespace Weave.Docker.Model;

/// <summary>Body of POST /containers/{id}/exec.</summary>
public sealed record ExecSpec
{
    public bool AttachStdout { get; init; }

    public bool AttachStderr { get; init; }

    public bool Privileged { get; init; }

    public required IReadOnlyList<string> Cmd { get; init; }
}
