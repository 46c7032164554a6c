using Weave.SystemTests.Support;

namespace Weave.SystemTests.Cli;

/// <summary>Every command where no router runs: the exit status of the original's script, its words, and its work where it needs no router.</summary>
[Collection(DockerHosts.Name)]
public sealed class WithoutRouterTests : IDisposable
{
    private const string Absent = "weave container is not present. Have you launched it?";
    private const string Stopped = "weave container is not running.";

    public WithoutRouterTests(DockerHosts hosts) => ArgumentNullException.ThrowIfNull(hosts);

    public void Dispose() => DockerHosts.Clean();

    [Fact]
    public void Commands_end_as_the_original_s_before_the_first_launch()
    {
        DockerHosts.On(1, "docker run -dt --name c1 test /bin/sh");
        Check(
            ("expose", 7, "", Absent),
            ("expose 10.2.1.1/24", 7, "", Absent),
            ("hide", 7, "", Absent),
            ("hide 10.2.1.1/24", 0, "10.2.1.1", ""),
            ("attach c1", 7, "", Absent),
            ("detach c1", 7, "", Absent),
            ("detach 10.2.1.1/24 c1", 1, "", "ethwe"),
            ("dns-add 10.2.1.1 -h x.weave.local", 1, "", Absent),
            ("dns-add 10.2.1.1 c1", 1, "", Absent),
            ("dns-remove c1", 1, "", Absent),
            ("dns-lookup x", 7, "", Absent),
            ("dns-args", 7, "", Absent),
            ("ps", 0, "", ""),
            ("ps c1", 0, "", ""),
            ("ps nosuch", 0, "", "nosuch"),
            ("status connections", 1, "", Absent),
            ("report", 7, "", Absent),
            ("report -f {{.Version}}", 7, "", Absent),
            ("connect 192.0.2.1", 7, "", Absent),
            ("forget 192.0.2.1", 7, "", Absent),
            ("prime", 7, "", Absent),
            ("rmpeer x", 1, "", Absent),
            ("env", 0, "", Absent),
            ("config", 1, "", Absent),
            ("attach-bridge", 1, "", "Weave bridge not found. Please run 'weave launch' and try again"),
            ("bridge-type", 1, "", ""),
            ("docker-bridge-ip", 0, "172.17.0.1", ""),
            ("setup", 0, "", ""),
            ("stop", 0, "", "Weave is not running (ignore on Kubernetes)."),
            ("reset", 0, "", "Weave is not running (ignore on Kubernetes)."),
            ("nonsense", 1, "", "Unknown weave command 'nonsense'"));
        Assert.StartsWith("weave script ", DockerHosts.On(1, "weave version"), StringComparison.Ordinal);
    }

    [Fact]
    public void Commands_end_as_the_original_s_when_the_router_was_stopped_and_do_what_needs_none()
    {
        DockerHosts.On(1, "weave launch && weave expose 10.2.1.1/24 && weave expose 10.2.3.1/24 && docker run -dt --name c1 test /bin/sh && weave stop");
        Check(
            ("expose", 7, "", Stopped),
            ("dns-add 10.2.1.1 -h x.weave.local", 2, "", Stopped),
            ("dns-remove c1", 2, "", Stopped),
            ("status", 1, "", Stopped),
            ("attach 10.2.1.9/24 c1", 0, "10.2.1.9", ""),
            ("attach-bridge", 0, "", ""),
            ("hide 10.2.1.1/24", 0, "10.2.1.1", ""),
            ("reset", 1, "", "ERROR: weave is not running; unable to remove from cluster."));
        Assert.Equal("10.2.1.9", DockerHosts.On(1, "docker exec c1 ip -4 -o addr show ethwe | grep -o '10[^/]*' | head -n 1"));
        Assert.StartsWith("weave:expose ", DockerHosts.On(1, "weave ps weave:expose"), StringComparison.Ordinal);
        Assert.Equal("10.2.3.1/24", DockerHosts.On(1, "ip -4 -o addr show weave | grep -o '10[^ ]*/24'"));
        Assert.Equal("0 4", DockerHosts.On(1, "for subnet in 10.2.1.0 10.2.3.0; do iptables-save | grep -c -e \"-A WEAVE.*[sd] $subnet/24\"; done | xargs"));
        Assert.Contains("bridge", DockerHosts.On(1, "weave bridge-type"), StringComparison.Ordinal);
        DockerHosts.On(1, "weave reset --force");
        Assert.Equal("0", DockerHosts.On(1, "iptables-save | grep -ci weave || true"));
    }

    private static void Check(params (string Command, int Status, string Output, string Error)[] expected)
    {
        List<string> wrong = [];
        foreach ((string command, int status, string output, string error) in expected)
        {
            Shell.Result result = DockerHosts.TryOn(1, $"weave {command}");
            if (result.ExitCode != status || result.Output.Trim() != output || !result.Error.Contains(error, StringComparison.Ordinal))
            {
                wrong.Add($"weave {command}: {result.ExitCode}, wanted {status}\n{result.Output}{result.Error}");
            }
        }

        Assert.Empty(wrong);
    }
}
