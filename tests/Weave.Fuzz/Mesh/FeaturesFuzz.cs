using Weave.Wire.Mesh;

namespace Weave.Fuzz.Mesh;

/// <summary>The introduction: what is read is written and read again the same.</summary>
public static class FeaturesFuzz
{
    public static void Fuzz(ReadOnlySpan<byte> stream)
    {
        if (!FeatureMap.TryRead(stream, out SortedDictionary<string, string> features, out _))
        {
            return;
        }

        if (!FeatureMap.TryRead(FeatureMap.Write(features), out SortedDictionary<string, string> again, out string? error)
            || !again.SequenceEqual(features))
        {
            throw new InvalidOperationException($"written and read again it differs: {error}");
        }
    }
}
