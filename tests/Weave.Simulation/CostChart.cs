using System.Globalization;
using System.Text;

namespace Weave.Simulation;

/// <summary>Draws figures by number of peers, on logarithmic scales, as an SVG.</summary>
internal static class CostChart
{
    private const int Width = 360;
    private const int Height = 260;
    private const int Margin = 56;

    private static readonly string[] Colours = ["#0a6", "#c40", "#06c", "#a0a"];

    /// <summary>Two charts side by side; each series is a name and its points.</summary>
    internal static string Draw(IReadOnlyList<CostSeries> bytes, IReadOnlyList<CostSeries> cpu)
    {
        StringBuilder svg = new();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{2 * (Width + Margin)}\" height=\"{Height + (2 * Margin)}\" font-family=\"sans-serif\" font-size=\"11\">\n");
        svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        Panel(svg, Margin, "KiB sent per peer", bytes);
        Panel(svg, Width + (2 * Margin) - 8, "ms CPU per peer", cpu);
        return svg.Append("</svg>\n").ToString();
    }

    private static void Panel(StringBuilder svg, int left, string title, IReadOnlyList<CostSeries> series)
    {
        double lowX = Math.Log10(series.Min(s => s.Points.Min(p => p.Peers)));
        double highX = Math.Log10(series.Max(s => s.Points.Max(p => p.Peers)));
        double lowY = Math.Floor(Math.Log10(series.Min(s => s.Points.Min(p => Math.Max(p.Value, 0.01)))));
        double highY = Math.Max(lowY + 1, Math.Ceiling(Math.Log10(series.Max(s => s.Points.Max(p => p.Value)))));
        double X(double peers) => left + ((Math.Log10(peers) - lowX) / Math.Max(highX - lowX, 0.01) * (Width - Margin));
        double Y(double value) => Margin + Height - ((Math.Log10(Math.Max(value, 0.01)) - lowY) / (highY - lowY) * Height);
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{left}\" y=\"{Margin - 24}\" font-size=\"13\">{title}, by number of peers</text>\n");
        for (double decade = lowY; decade <= highY; decade++)
        {
            double y = Y(Math.Pow(10, decade));
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{left} {y:f1}h{Width - Margin}\" stroke=\"#ddd\"/><text x=\"{left - 6}\" y=\"{y + 4:f1}\" text-anchor=\"end\">{Math.Pow(10, decade):g}</text>\n");
        }

        foreach ((int peers, _) in series[0].Points)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(peers):f1}\" y=\"{Margin + Height + 16}\" text-anchor=\"middle\">{peers}</text>\n");
        }

        for (int i = 0; i < series.Count; i++)
        {
            string colour = Colours[i % Colours.Length];
            string dash = i < 2 ? "" : " stroke-dasharray=\"6 4\"";
            string points = string.Join(' ', series[i].Points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{X(p.Peers):f1},{Y(p.Value):f1}")));
            svg.Append(CultureInfo.InvariantCulture, $"<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"{dash}/>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{left + 8}\" y=\"{Margin + 14 + (14 * i)}\" fill=\"{colour}\">{series[i].Name}</text>\n");
        }
    }
}
