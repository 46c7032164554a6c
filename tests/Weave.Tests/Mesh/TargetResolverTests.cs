using Weave.Mesh;

namespace Weave.Tests.Mesh;

/// <summary>What users type as a peer, and the original's words for what is none.</summary>
public sealed class TargetResolverTests
{
    [Theory]
    [InlineData("bad host:zz:1", "address bad host:zz:1:0: too many colons in address")]
    [InlineData("fd00::1", "address fd00::1:0: too many colons in address")]
    [InlineData("", "invalid peer name \"\", should be host[:port]")]
    [InlineData(":6783", "invalid peer name \":6783\", should be host[:port]")]
    [InlineData("10.0.0.1:67-83", "invalid peer name \"10.0.0.1:67-83\", should be host[:port]")]
    [InlineData("10.0.0.1:99999", "address 99999: invalid port")]
    [InlineData("10.0.0.1:zz", "lookup tcp/zz: unknown port")]
    public async Task What_is_no_peer_is_refused_in_the_original_words(string text, string error) =>
        Assert.Equal((null, error), await TargetResolver.ResolveAsync(text, CancellationToken.None));

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1:0")]
    [InlineData("10.0.0.1:7000", "10.0.0.1:7000")]
    [InlineData("10.0.0.1:", "10.0.0.1:0")]
    public async Task An_address_needs_no_look_up(string text, string endPoint) =>
        Assert.Equal(endPoint, (await TargetResolver.ResolveAsync(text, CancellationToken.None)).Target!.Address.ToString());
}
