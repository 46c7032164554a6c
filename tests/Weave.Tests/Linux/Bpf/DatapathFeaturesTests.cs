using Weave.Linux.Bpf;

namespace Weave.Tests.Linux.Bpf;

public sealed class DatapathFeaturesTests
{
    private static readonly KernelFeature RingBuffers = new("ring buffers", "5.8");
    private static readonly KernelFeature RedirectPeer = new("bpf_redirect_peer", "5.10");

    [Theory]
    [InlineData(Presence.There, Presence.There, null)]
    [InlineData(Presence.CouldNotTell, Presence.There, null)] // trying it tells
    [InlineData(Presence.NotThere, Presence.There, "the kernel lacks ring buffers (Linux 5.8)")]
    [InlineData(Presence.CouldNotTell, Presence.NotThere, "the kernel lacks bpf_redirect_peer (Linux 5.10)")]
    [InlineData(Presence.NotThere, Presence.NotThere, "the kernel lacks bpf_redirect_peer (Linux 5.10), ring buffers (Linux 5.8)")]
    public void What_is_missing_is_told_with_its_name_and_the_first_version_that_has_it(Presence ring, Presence redirect, string? expected) =>
        Assert.Equal(expected, DatapathFeatures.WhyNot(new Dictionary<KernelFeature, Presence> { [RingBuffers] = ring, [RedirectPeer] = redirect }));
}
