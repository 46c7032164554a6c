namespace Weave.Docker;

/// <summary>How a command in a container ended, and what it wrote.</summary>
public sealed record ExecResult(int ExitCode, DockerOutput Output);
