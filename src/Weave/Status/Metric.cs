namespace Weave.Status;

/// <summary>One sample.</summary>
/// <param name="Name">Such as <c>weave_connections</c>; counters end in <c>_total</c>.</param>
/// <param name="Help">One line.</param>
/// <param name="Value">Present value.</param>
/// <param name="Labels">Names and values.</param>
public sealed record Metric(string Name, string Help, double Value, params (string Name, string Value)[] Labels)
{
    public bool IsCounter => Name.EndsWith("_total", StringComparison.Ordinal);
}
