namespace Weave.Docker.Model;

/// <summary>Host side of a container to create.</summary>
public sealed record HostSpec
{
    /// <summary><c>source:target[:options]</c>, each; a source without slash is a volume.</summary>
    public IReadOnlyList<string>? Binds { get; init; }

    public string? NetworkMode { get; init; }

    public string? PidMode { get; init; }

    public string? IpcMode { get; init; }

    public string? UTSMode { get; init; }

    /// <summary><c>host</c>: as root of the host, whatever the engine maps root to (<c>userns-remap</c>).</summary>
    public string? UsernsMode { get; init; }

    /// <summary>Most bytes of memory; 0 for no limit.</summary>
    public long Memory { get; init; }

    /// <summary>Processors, times 1e9; 0 for no limit.</summary>
    public long NanoCpus { get; init; }

    public long CpuShares { get; init; }

    public string? CpusetCpus { get; init; }

    public bool Privileged { get; init; }

    public bool AutoRemove { get; init; }

    public bool ReadonlyRootfs { get; init; }

    public IReadOnlyList<string>? CapAdd { get; init; }

    public IReadOnlyList<string>? CapDrop { get; init; }

    public IReadOnlyList<string>? SecurityOpt { get; init; }

    public IReadOnlyList<string>? VolumesFrom { get; init; }

    /// <summary>Paths to hide; an empty list hides none, null hides what Docker usually does.</summary>
    public IReadOnlyList<string>? MaskedPaths { get; init; }

    /// <summary>Paths made read-only; an empty list makes none so, null those that Docker usually does (/proc/sys among them).</summary>
    public IReadOnlyList<string>? ReadonlyPaths { get; init; }

    public RestartPolicy? RestartPolicy { get; init; }

    public LogSpec? LogConfig { get; init; }

    /// <summary>Device files of the host that the container may use.</summary>
    public IReadOnlyList<DeviceSpec>? Devices { get; init; }

    public IReadOnlyList<UlimitSpec>? Ulimits { get; init; }
}
