using Weave.Daemon;
using Weave.Wire.Primitives;

namespace Weave.Tests.Daemon;

public sealed class HostIdentitySysfsTests
{
    /// <summary>A file of sysfs claims to be 4096 bytes long and is not: a router that found its bridge there could not start again.</summary>
    [Fact]
    public void The_address_of_a_link_is_read_from_the_real_sysfs() =>
        Assert.Equal(PeerName.Unknown, new HostIdentity("").Name(null, "lo", () => null));
}
