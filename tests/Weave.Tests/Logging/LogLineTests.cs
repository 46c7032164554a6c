using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Weave.Logging;

namespace Weave.Tests.Logging;

public sealed class LogLineTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 15, 4, 5, 123, 456, TimeSpan.Zero);

    [Theory]
    [InlineData(LogLevel.Debug, "DEBU")]
    [InlineData(LogLevel.Information, "INFO")]
    [InlineData(LogLevel.Warning, "WARN")]
    [InlineData(LogLevel.Error, "ERRO")]
    [InlineData(LogLevel.Critical, "FATA")]
    public void Text_is_in_the_format_of_the_original(LogLevel level, string name) =>
        Assert.Equal($"{name}: 2026/01/02 15:04:05.123456 hello\n", LogLine.Text(Now, level, "hello", null));

    [Fact]
    public void An_event_is_one_line_even_with_an_exception() =>
        Assert.Equal(1, LogLine.Text(Now, LogLevel.Error, "a\nb", new InvalidOperationException("x\ny")).Count(c => c == '\n'));

    [Fact]
    public void Json_has_the_fields_of_the_event()
    {
        using StringWriter output = new();
        using StandardErrorLoggerProvider provider = new(LogLevel.Information, json: true, output, TimeProvider.System);
        ILogger logger = provider.CreateLogger("Weave.Test");
        logger.Log(LogLevel.Warning, new EventId(7), [new("Peer", "host1"), new("{OriginalFormat}", "x")], null, (IReadOnlyList<KeyValuePair<string, object?>> _, Exception? _) => "lost \"it\"");
        logger.Log(LogLevel.Debug, 0, "quiet", null, (_, _) => "quiet");
        using JsonDocument json = JsonDocument.Parse(output.ToString());
        Assert.Equal(("warning", 7, "lost \"it\"", "host1"), (json.RootElement.GetProperty("level").GetString(), json.RootElement.GetProperty("event").GetInt32(), json.RootElement.GetProperty("msg").GetString(), json.RootElement.GetProperty("peer").GetString()));
    }

    [Fact]
    public void The_web_server_is_quiet_below_warnings()
    {
        using StringWriter output = new();
        using StandardErrorLoggerProvider provider = new(LogLevel.Debug, json: false, output, TimeProvider.System);
        Assert.False(provider.CreateLogger("Microsoft.AspNetCore.X").IsEnabled(LogLevel.Information));
        Assert.True(provider.CreateLogger("Weave.X").IsEnabled(LogLevel.Debug));
    }

    [Fact]
    public void What_others_wrote_neither_acts_on_a_terminal_nor_makes_up_lines() =>
        Assert.Equal("INFO: 2026/01/02 15:04:05.123456 a?[31mb | INFO: c?d\n", LogLine.Text(Now, LogLevel.Information, "a\u001b[31mb\r\nINFO: c\u202ed", null));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_text_without_end_is_cut(bool asJson)
    {
        string message = new('x', 10_000_000);
        string line = asJson
            ? LogLine.Json(Now, LogLevel.Warning, "c", 1, message, new[] { KeyValuePair.Create<string, object?>("Peer", message) }, null)
            : LogLine.Text(Now, LogLevel.Warning, message, null);
        Assert.InRange(line.Length, 8192, 20_000);
        Assert.Contains("(10000000 characters)", line, StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_that_does_not_end_is_told_five_times_a_second_with_the_number_left_out()
    {
        FakeTimeProvider time = new();
        using StringWriter output = new();
        using StandardErrorLoggerProvider provider = new(LogLevel.Debug, json: false, output, time);
        ILogger logger = provider.CreateLogger("Weave.Test");
        for (int i = 0; i < 10_000; i++)
        {
            logger.Log(LogLevel.Warning, new EventId(1), "flood", null, (_, _) => "flood");
        }

        logger.Log(LogLevel.Warning, new EventId(2), "another", null, (_, _) => "another");
        time.Advance(TimeSpan.FromMilliseconds(200));
        logger.Log(LogLevel.Warning, new EventId(1), "flood", null, (_, _) => "flood");
        string[] lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(LogBudget.Burst + 2, lines.Length);
        Assert.EndsWith("another", lines[^2], StringComparison.Ordinal);
        Assert.EndsWith($"flood (and {10_000 - LogBudget.Burst} more of this kind before)", lines[^1], StringComparison.Ordinal);
    }
}
