namespace Weave.Plugin;

/// <summary>What sets one network driver apart from another.</summary>
internal sealed record NetworkDriverOptions
{
    internal const string GlobalScope = "global";
    internal const string LocalScope = "local";

    /// <summary>As users write it after <c>--driver</c>.</summary>
    internal required string Name { get; init; }

    internal required string Scope { get; init; }

    /// <summary>The bridge that endpoints hang on.</summary>
    internal required string Bridge { get; init; }

    /// <summary>Multicast on every network: the managed plugin cannot be told per network.</summary>
    internal bool ForceMulticast { get; init; }

    /// <summary>Leave checksums to the kernel: whoever carries the frames fills them in.</summary>
    internal bool TransmitChecksum { get; init; } = true;
}
