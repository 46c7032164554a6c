using Weave.Status;

namespace Weave.Tests.Status;

public sealed class MetricsTextTests
{
    [Fact]
    public void Every_recorded_metric_follows_from_the_recorded_report()
    {
        string recorded = RecordedReplies.Of("plain3").First(reply => reply.Url == "/metrics").Body;
        string ours = MetricsText.Render(RecordedReplies.Parsed("plain3"), []);
        Assert.Equal(Weave(recorded), Weave(ours));
    }

    [Fact]
    public void Values_of_labels_are_escaped() => Assert.Contains(
        "weave_x{a=\"1\",b=\"q\\\"\\\\\\n\"} 0.5\n",
        MetricsText.Render(new(), [new Metric("weave_x", "Help.", 0.5, ("b", "q\"\\\n"), ("a", "1"))]),
        StringComparison.Ordinal);

    [Theory]
    [InlineData(0, "0")]
    [InlineData(2, "2")]
    [InlineData(1048576, "1.048576e+06")]
    [InlineData(999999, "999999")]
    [InlineData(1000000, "1e+06")]
    [InlineData(37.5, "37.5")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00001, "1e-05")]
    [InlineData(-1.25, "-1.25")]
    [InlineData(1234567.5, "1.2345675e+06")]
    [InlineData(1e21, "1e+21")]
    [InlineData(0.1, "0.1")]
    [InlineData(100, "100")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "+Inf")]
    public void Numbers_are_written_as_by_the_original(double value, string text) => Assert.Equal(text, GoFloat.Format(value));

    private static string[] Weave(string text) => [.. text.Split('\n').Where(line => line.Contains("weave_", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
