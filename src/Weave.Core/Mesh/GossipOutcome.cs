namespace Weave.Core.Mesh;

/// <summary>What a channel made of a message.</summary>
/// <param name="Relay">What was new and is to be passed on; null when nothing was.</param>
/// <param name="Fault">
/// Why the message could not be taken, in words for status and log; null when it could. An original peer closes the
/// connection then; ours reports it, counts it, and leaves the connection and its data plane alone
/// (docs/compatibility.md).
/// </param>
public readonly record struct GossipOutcome(GossipData? Relay, string? Fault = null)
{
    public static GossipOutcome Nothing => default;

    public static GossipOutcome Failed(string fault) => new(null, fault);
}
