using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Weave.Wire.Primitives;

namespace Weave.Logging;

/// <summary>One event as one line.</summary>
internal static class LogLine
{
    /// <summary>Room for a stack trace. What is longer is a text that somebody else made up.</summary>
    private const int MaxCharacters = 8192;

    private const string TimeFormat = "yyyy'/'MM'/'dd HH':'mm':'ss'.'ffffff";

    /// <summary>As the original prints it: <c>INFO: 2026/01/02 15:04:05.000000 message</c>, in local time.</summary>
    internal static string Text(DateTimeOffset now, LogLevel level, string message, Exception? exception) =>
        string.Create(CultureInfo.InvariantCulture, $"{Name(level)[..4]}: {now.ToString(TimeFormat, CultureInfo.InvariantCulture)} {OneLine(message, exception)}\n");

    /// <summary>One object: time, level, logger, event, msg, then the fields of the event.</summary>
    internal static string Json(DateTimeOffset now, LogLevel level, string category, EventId id, string message, object? state, Exception? exception)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("time", now.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture));
            json.WriteString("level", Name(level).ToLowerInvariant());
            json.WriteString("logger", category);
            if (id.Id != 0)
            {
                json.WriteNumber("event", id.Id);
            }

            json.WriteString("msg", Cut(message));
            WriteFields(json, state);
            if (exception is not null)
            {
                json.WriteString("error", exception.ToString());
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void WriteFields(Utf8JsonWriter json, object? state)
    {
        if (state is not IReadOnlyList<KeyValuePair<string, object?>> fields)
        {
            return;
        }

        foreach ((string name, object? value) in fields)
        {
            if (name != "{OriginalFormat}")
            {
                json.WriteString(JsonNamingPolicy.CamelCase.ConvertName(name), Cut(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
            }
        }
    }

    /// <summary>Much of what is told comes from others: it may neither make up lines nor act on a terminal nor fill the disk.</summary>
    private static string OneLine(string message, Exception? exception)
    {
        string text = exception is null ? message : $"{message}: {exception}";
        return ForeignText.Clean(Cut(text).ReplaceLineEndings(" | "));
    }

    private static string Cut(string text) => text.Length <= MaxCharacters ? text : $"{text.AsSpan(0, MaxCharacters)}... ({text.Length} characters)";

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace => "TRACE",
        LogLevel.Debug => "DEBUG",
        LogLevel.Information => "INFO",
        LogLevel.Warning => "WARNING",
        LogLevel.Error => "ERROR",
        _ => "FATAL",
    };
}
