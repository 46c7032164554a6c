using Weave.SystemTests.Support;

namespace Weave.SystemTests.Cli;

/// <summary>The router by itself: no Docker, in a bare network namespace.</summary>
public sealed class BareRouterTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("", "established fastdp")]
    [InlineData("--no-fastdp", "established sleeve")]
    [InlineData("--password=secret", "established encrypted sleeve")]
    public void Two_of_them_carry_frames(string flags, string connection)
    {
        using BareRouters routers = new(2);
        routers.Start(1, $"--no-dns {flags}");
        routers.Start(2, $"--no-dns {flags} {BareRouters.AddressOf(1)}");
        BareRouters.Container(1, "10.32.0.1/12");
        BareRouters.Container(2, "10.32.0.2/12");
        Eventually.True(Soon, connection, () => BareRouters.Connections(2).Contains(connection, StringComparison.Ordinal), routers.Describe);
        Eventually.True(Soon, "containers talk", () => BareRouters.Reaches(1, "10.32.0.2"), routers.Describe);
        Assert.Equal(0, routers.Stop(1));
        Assert.Equal(0, routers.Stop(2));
    }

    [Fact]
    public void It_has_no_routes_of_what_is_turned_off()
    {
        using BareRouters routers = new(1);
        routers.Start(1, "--no-dns --ipalloc-range=");
        Assert.Equal(
            "404 404 404 404 200 405",
            BareRouters.In(1, "for path in ring ip/x domain proxyaddrs status connect; do curl -s -o /dev/null -w '%{http_code} ' 127.0.0.1:6784/$path; done"));
        Assert.Equal("404 200", BareRouters.In(1, "for path in connect metrics; do curl -s -o /dev/null -w '%{http_code} ' 127.0.0.1:6782/$path; done"));
    }
}
