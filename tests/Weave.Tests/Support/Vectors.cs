using System.Text.Json;

namespace Weave.Tests.Support;

/// <summary>Bytes recorded from the original (tests/vectors).</summary>
internal static class Vectors
{
    internal static string Path(string relative) => System.IO.Path.Combine(AppContext.BaseDirectory, "vectors", relative);

    internal static JsonElement Json(string relative)
    {
        using FileStream file = File.OpenRead(Path(relative));
        return JsonDocument.Parse(file).RootElement;
    }

    internal static byte[] Hex(this JsonElement element) => Convert.FromHexString(element.GetString()!);
}
