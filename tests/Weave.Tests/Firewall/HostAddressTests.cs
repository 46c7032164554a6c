using Weave.Firewall;
using Weave.Wire.Primitives;

namespace Weave.Tests.Firewall;

public sealed class HostAddressTests
{
    [Theory]
    [InlineData("10.32.0.1/12", null)]
    [InlineData("192.168.0.255/16", null)] // in the midst of its subnet
    [InlineData("10.0.0.0/31", null)] // two hosts and nothing else
    [InlineData("10.0.0.5/32", null)]
    [InlineData("10.32.0.1/0", "would take all traffic")]
    [InlineData("0.0.0.0/0", "would take all traffic")]
    [InlineData("0.1.2.3/8", "means this network")]
    [InlineData("127.0.0.1/8", "loopback")]
    [InlineData("224.0.0.5/24", "multicast")]
    [InlineData("255.255.255.255/32", "multicast")]
    [InlineData("10.32.0.0/12", "subnet itself")]
    [InlineData("10.47.255.255/12", "broadcast address")]
    public void An_address_that_an_interface_cannot_have_is_named_with_the_reason(string text, string? part)
    {
        Assert.True(Ipv4Cidr.TryParse(text, out Ipv4Cidr cidr));
        string? problem = HostAddress.Problem(cidr);
        Assert.Equal(part is null, problem is null);
        Assert.Contains(part ?? "", problem ?? "", StringComparison.Ordinal);
    }
}
