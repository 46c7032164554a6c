using Weave.Docker;

namespace Weave.Tests.Docker;

public sealed class SystemdUnitTests
{
    [Fact]
    public void The_router_is_ready_before_docker_and_leaves_no_socket_however_it_ends()
    {
        string unit = SystemdUnit.Router("/usr/local/bin/weaver", ["--plugin", "--nickname=my host", "--password=50%$x\"", "host2"], "WEAVE_RESTART_MARK=/var/lib/weave/launched");
        Assert.Contains("Before=docker.service\n", unit, StringComparison.Ordinal);
        Assert.Contains("ExecStart=/usr/local/bin/weaver --plugin \"--nickname=my host\" \"--password=50%%$$x\\\"\" host2\n", unit, StringComparison.Ordinal);
        Assert.Contains("ExecStopPost=/bin/rm -f /run/docker/plugins/weave.sock /run/docker/plugins/weavemesh.sock\n", unit, StringComparison.Ordinal);
        Assert.Contains("\nEnvironment=WEAVE_RESTART_MARK=/var/lib/weave/launched\n", unit, StringComparison.Ordinal);
        Assert.Contains("ExecStartPost=", unit, StringComparison.Ordinal);
        Assert.DoesNotContain("  ", unit.Replace("# Ready", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Docker_is_started_after_us_and_without_a_time_limit() =>
        Assert.Equal("[Unit]\nWants=weave.service\nAfter=weave.service\n\n[Service]\nTimeoutStartSec=0\n", SystemdUnit.DockerDropIn());
}
