namespace Weave.Status;

/// <summary>Escapes that the original's JSON has beyond the needed ones. In JSON these characters occur only inside texts.</summary>
internal static class GoJson
{
    internal static string Escape(string json) => json
        .Replace("<", "\\u003c", StringComparison.Ordinal)
        .Replace(">", "\\u003e", StringComparison.Ordinal)
        .Replace("&", "\\u0026", StringComparison.Ordinal);
}
