using Weave.Linux.Netlink;

namespace Weave.Linux.Bridge;

/// <summary>One thing to do to the bridge.</summary>
public abstract record BridgeStep
{
    private BridgeStep()
    {
    }

    public sealed record Create : BridgeStep;

    public sealed record Change(LinkChange What) : BridgeStep;

    /// <summary>Sets a kernel setting.</summary>
    /// <param name="Key">Path below <c>/proc/sys</c>.</param>
    /// <param name="Value">What it becomes.</param>
    /// <param name="Required">A kernel that lacks it is an error.</param>
    public sealed record Set(string Key, string Value, bool Required) : BridgeStep;
}
