using System.Text.Json;
using Weave.Tests.Support;
using Weave.Wire.Mesh;

namespace Weave.Tests.Wire.Mesh;

public sealed class FeatureMapTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_recorded_map_is_read_and_written(int index)
    {
        JsonElement vector = Vectors.Json("gob/features.json")[index];
        Dictionary<string, string> expected = vector.GetProperty("decoded").EnumerateObject()
            .ToDictionary(feature => feature.Name, feature => feature.Value.GetString()!);
        Assert.True(FeatureMap.TryRead(vector.GetProperty("hex").Hex(), out SortedDictionary<string, string> features, out string? error), error);
        Assert.Equal(expected, features);

        // The order of a map is free, and everything else is not.
        byte[] written = FeatureMap.Write(features);
        Assert.Equal(vector.GetProperty("hex").Hex().Order(), written.Order());
        Assert.True(FeatureMap.TryRead(written, out features, out _));
        Assert.Equal(expected, features);
    }
}
