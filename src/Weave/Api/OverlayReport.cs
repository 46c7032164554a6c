using System.Text.Json.Serialization;

namespace Weave.Api;

/// <summary>What the kernel's datapath holds. What the original does not have is ours, and absent where there is no fast datapath.</summary>
public sealed record OverlayReport
{
    public IReadOnlyList<VportReport> Vports { get; init; } = [];

    public IReadOnlyList<FlowReport> Flows { get; init; } = [];

    /// <summary>Next hops and how they are reached.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<DatapathNeighbourReport>? Neighbours { get; init; }

    /// <summary>Next hop for each peer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<DatapathRouteReport>? Routes { get; init; }

    /// <summary>Frames by what became of them, since the tables were made.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, ulong>? Counters { get; init; }
}
