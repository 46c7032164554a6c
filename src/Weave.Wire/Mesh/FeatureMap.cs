using Weave.Wire.Gob;

namespace Weave.Wire.Mesh;

/// <summary>The map with which peers introduce themselves: one gob stream with one map from string to string.</summary>
/// <remarks>docs/wire/mesh.md §1.7. Written in order of the keys, so that a run repeats byte for byte; read in any order.</remarks>
public static class FeatureMap
{
    private static readonly GobType Type = GobType.MapOf(GobType.String, GobType.String);
    private static readonly GobSchema Schema = new(Type);

    public static byte[] Write(IReadOnlyDictionary<string, string> features)
    {
        GobWriter writer = new(Schema);
        writer.BeginValue();
        writer.Map(features.Count);
        foreach ((string key, string value) in features.OrderBy(feature => feature.Key, StringComparer.Ordinal))
        {
            writer.String(key);
            writer.String(value);
        }

        writer.EndValue();
        return writer.ToArray();
    }

    /// <summary>Reads the first value of <paramref name="stream"/>; what follows it is not looked at.</summary>
    public static bool TryRead(ReadOnlySpan<byte> stream, out SortedDictionary<string, string> features, out string? error)
    {
        features = new SortedDictionary<string, string>(StringComparer.Ordinal);
        GobReader reader = new(stream);
        if (!reader.NextValue(Type))
        {
            error = reader.Error ?? GobErrors.Truncated;
            return false;
        }

        reader.EnterMap();
        while (reader.NextKey())
        {
            string key = reader.String();
            reader.MoveToMapValue();
            features[key] = reader.String();
        }

        error = reader.Error;
        return error is null;
    }
}
