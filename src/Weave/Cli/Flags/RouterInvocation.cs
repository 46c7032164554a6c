using Weave.Daemon;

namespace Weave.Cli.Flags;

/// <summary>What the router was called for.</summary>
internal sealed record RouterInvocation
{
    public required DaemonOptions Options { get; init; }
    public bool ShowVersion { get; init; }
    public bool ShowPeerName { get; init; }
}
