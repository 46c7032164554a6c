using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weave.Status;

namespace Weave.Api;

/// <summary>How the report is written: as the original writes it, four blanks deep.</summary>
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(ulong))]
[JsonSerializable(typeof(double))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    private static readonly ReportJson Relaxed = new(new JsonSerializerOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        IndentSize = 4,
        NewLine = "\n",
    });

    /// <summary>Sections that are off are left out.</summary>
    internal static byte[] Write(StatusReport report) =>
        Encoding.UTF8.GetBytes(GoJson.Escape(JsonSerializer.Serialize(report, Relaxed.StatusReport)));

    /// <summary>The same as a tree, for templates.</summary>
    internal static JsonElement Element(StatusReport report) => JsonSerializer.SerializeToElement(report, Relaxed.StatusReport);
}
