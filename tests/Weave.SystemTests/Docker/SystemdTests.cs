using Weave.SystemTests.Support;

namespace Weave.SystemTests.Docker;

/// <summary>The units that <c>weave systemd</c> writes.</summary>
[Collection(DockerHosts.Name)]
public sealed class SystemdTests : IDisposable
{
    public SystemdTests(DockerHosts hosts) => ArgumentNullException.ThrowIfNull(hosts);

    public void Dispose() => DockerHosts.On(1, "rm -rf /etc/systemd/system/weave.service /etc/systemd/system/docker.service.d /var/lib/weave");

    [Fact]
    public void Systemd_finds_nothing_wrong_with_them_and_starts_dockerd_after_the_router()
    {
        Assert.Equal(
            "/etc/systemd/system/weave.service\n/etc/systemd/system/docker.service.d/weave.conf",
            DockerHosts.On(1, "weave systemd --ipalloc-default-subnet=10.32.0.0/16 '--nickname=50% of $HOME' host2"));
        Assert.Equal("", DockerHosts.TryOn(1, "systemd-analyze verify weave.service docker.service").All.Trim());
        string unit = DockerHosts.On(1, "cat /etc/systemd/system/weave.service");
        Assert.Contains("Before=docker.service", unit, StringComparison.Ordinal);
        Assert.Contains("\"--nickname=50%% of $$HOME\" host2", unit, StringComparison.Ordinal);
        Assert.Contains("TimeoutStartSec=0", DockerHosts.On(1, "cat /etc/systemd/system/docker.service.d/weave.conf"), StringComparison.Ordinal);
    }
}
