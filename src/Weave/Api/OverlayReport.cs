namespace Weave.Api;

/// <summary>What the kernel's datapath holds.</summary>
public sealed record OverlayReport
{
    public IReadOnlyList<VportReport> Vports { get; init; } = [];

    public IReadOnlyList<FlowReport> Flows { get; init; } = [];
}
