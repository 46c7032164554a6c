namespace Weave.Docker.Model;

/// <summary>Body of POST /exec/{id}/start.</summary>
public sealed record ExecStart
{
    public bool Detach { get; init; }

    public bool Tty { get; init; }
}
