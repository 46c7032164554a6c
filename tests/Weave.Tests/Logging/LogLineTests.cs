using System.Text.Json;
using Microsoft.Extensions.Logging;
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
}
