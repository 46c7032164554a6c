namespace Weave.Daemon;

/// <summary>The doors of the daemon. A route is mapped to those through which it may be reached, and to no other.</summary>
[Flags]
public enum Surface
{
    /// <summary>The control API: <c>--http-addr</c>.</summary>
    Control = 1,

    /// <summary>Status for people and probes: <c>--status-addr</c>.</summary>
    Status = 2,

    /// <summary>Prometheus: <c>--metrics-addr</c>.</summary>
    Metrics = 4,

    /// <summary>Docker's calls to the driver <c>weave</c>: <c>--plugin-socket</c>.</summary>
    Plugin = 8,

    /// <summary>Docker's calls to the drivers <c>weavemesh</c>: <c>--plugin-mesh-socket</c>.</summary>
    PluginMesh = 16,
}
