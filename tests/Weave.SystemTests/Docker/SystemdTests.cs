using Weave.SystemTests.Support;

namespace Weave.SystemTests.Docker;

/// <summary>The units that <c>weave systemd</c> writes.</summary>
[Collection(DockerHosts.Name)]
public sealed class SystemdTests : IDisposable
{
    public SystemdTests(DockerHosts hosts) => ArgumentNullException.ThrowIfNull(hosts);

    public void Dispose() => DockerHosts.On(1, "rm -rf /run/systemd /etc/systemd/system/weave.service /etc/systemd/system/docker.service.d /var/lib/weave");

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

    /// <summary>What systemd itself makes of them: it plans the start of docker.service, and does not carry it out, nor would it plan for root.</summary>
    [Fact]
    public void Systemd_plans_to_start_the_router_with_dockerd_and_before_it()
    {
        DockerHosts.On(1, "weave systemd");
        string[] plan = [.. DockerHosts.On(1, "mkdir -p /run/systemd && chown 65534 /run/systemd && HOME=/ setpriv --reuid=65534 --regid=65534 --clear-groups /lib/systemd/systemd --test --system --unit=docker.service").Split('\n').Select(line => line.Trim())];
        string[] docker = [.. plan.SkipWhile(line => line != "-> Unit docker.service:").Skip(1).TakeWhile(line => !line.StartsWith("-> Unit ", StringComparison.Ordinal))];
        Assert.Contains(docker, line => line.StartsWith("Wants: weave.service ", StringComparison.Ordinal));
        Assert.Contains(docker, line => line.StartsWith("After: weave.service ", StringComparison.Ordinal));
        Assert.Contains(plan, line => line == "Action: weave.service -> start");
    }
}
