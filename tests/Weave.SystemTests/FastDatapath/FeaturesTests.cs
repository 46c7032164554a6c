using Weave.Linux.Bpf;

namespace Weave.SystemTests.FastDatapath;

/// <summary>What the kernel under the tests answers.</summary>
public sealed class FeaturesTests
{
    [Fact]
    public void This_kernel_has_all_that_is_asked_for() =>
        Assert.All(DatapathFeatures.All, feature => Assert.True(feature.Value == Presence.There, $"{feature.Key.Name}: {feature.Value}"));

    [Fact]
    public void Nothing_is_needed_that_came_after_Linux_5_10() =>
        Assert.All(DatapathFeatures.All.Keys, feature => Assert.True(Version.Parse(feature.Since) <= new Version(5, 10), $"{feature.Name}: {feature.Since}"));
}
