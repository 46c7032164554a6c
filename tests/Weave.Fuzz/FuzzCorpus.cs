using System.Text.Json;

namespace Weave.Fuzz;

/// <summary>Recorded bytes to start from: every string of hex digits in the given vector files, in a fixed order.</summary>
public static class FuzzCorpus
{
    private const int MinHexDigits = 4;

    /// <param name="vectors">The folder tests/vectors.</param>
    /// <param name="seeds">Files or folders in it.</param>
    public static IReadOnlyList<byte[]> Load(string vectors, IReadOnlyList<string> seeds)
    {
        SortedSet<string> found = new(StringComparer.Ordinal);
        foreach (string file in seeds.SelectMany(seed => Files(Path.Combine(vectors, seed))))
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            Collect(document.RootElement, found);
        }

        return [.. found.Select(Convert.FromHexString)];
    }

    /// <summary>The folder tests/vectors, looked for from here upwards.</summary>
    /// <exception cref="DirectoryNotFoundException">Not inside a source tree.</exception>
    public static string FindVectors()
    {
        for (string? folder = Directory.GetCurrentDirectory(); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            string vectors = Path.Combine(folder, "tests", "vectors");
            if (Directory.Exists(vectors))
            {
                return vectors;
            }
        }

        throw new DirectoryNotFoundException("tests/vectors is not in this folder or one above it");
    }

    private static IEnumerable<string> Files(string path) =>
        Directory.Exists(path) ? Directory.EnumerateFiles(path, "*.json").Order(StringComparer.Ordinal) : [path];

    private static void Collect(JsonElement element, SortedSet<string> found)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    Collect(property.Value, found);
                }

                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Collect(item, found);
                }

                break;
            case JsonValueKind.String when IsHex(element.GetString()!):
                found.Add(element.GetString()!);
                break;
        }
    }

    private static bool IsHex(string text) =>
        text.Length >= MinHexDigits && text.Length % 2 == 0 && text.All(char.IsAsciiHexDigitLower);
}
