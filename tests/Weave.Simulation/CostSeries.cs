namespace Weave.Simulation;

/// <summary>One line of a chart: a figure by number of peers.</summary>
internal sealed record CostSeries(string Name, IReadOnlyList<(int Peers, double Value)> Points);
