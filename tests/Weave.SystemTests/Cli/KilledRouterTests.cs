using Weave.SystemTests.Support;

namespace Weave.SystemTests.Cli;

/// <summary>Whenever the router is killed, a launch after it comes to the same as a clean restart.</summary>
[Collection(DockerHosts.Name)]
[Trait("Docker", "Any")]
public sealed class KilledRouterTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    /// <summary>What Docker lost while nobody listened comes back by two comparisons with it, the first a minute after the start.</summary>
    private static readonly TimeSpan Compared = TimeSpan.FromSeconds(150);

    private const string Kill = "until pid=$(docker inspect -f '{{.State.Pid}}' weave 2>/dev/null) && [ \"$pid\" -gt 0 ]; do :; done";

    public KilledRouterTests(DockerHosts hosts) => ArgumentNullException.ThrowIfNull(hosts);

    public void Dispose() => DockerHosts.Clean();

    [Fact]
    public void Killed_at_any_moment_of_its_start_or_work_it_comes_back_as_after_a_clean_restart()
    {
        DockerHosts.On(1, "weave launch && weave expose -h here.weave.local && docker run -dt --name plugged --net=weave -h plugged.weave.local test /bin/sh");
        DockerHosts.On(1, "docker run -dt --name attached $(weave dns-args) -h attached.weave.local test /bin/sh && weave attach attached && weave attach 10.2.1.1/24 attached && weave dns-add 192.0.2.7 -h printer.weave.local");
        Restart("weave stop 2>/dev/null");
        string clean = State();
        Assert.Contains("printer", clean, StringComparison.Ordinal);

        (string Moment, string Deed)[] moments =
        [
            ("as its container starts", $"weave stop 2>/dev/null; weave launch >/dev/null 2>&1 & {Kill}; kill -9 $pid; wait"),
            ("in the middle of its start", $"weave stop 2>/dev/null; weave launch >/dev/null 2>&1 & {Kill}; until ip link show weave | grep -q UP && [ -n \"$(ss -Hltn sport = :6783)\" ]; do [ -d /proc/$pid ] || break; done; kill -9 $pid; wait"),
            ("the moment it is ready", $"weave stop 2>/dev/null; weave launch >/dev/null; {Kill}; kill -9 $pid"),
            ("while it attaches and detaches", $"{Kill}; (for i in 1 2 3 4 5 6; do weave detach 10.2.1.1/24 attached; weave attach 10.2.1.1/24 attached; done) >/dev/null 2>&1 & sleep 0.3; kill -9 $pid; wait"),
            ("while it starts and removes containers", $"{Kill}; (for i in 1 2 3; do docker run --rm --net=weave -h short$i.weave.local test true; done) >/dev/null 2>&1 & sleep 0.5; kill -9 $pid; wait"),
        ];
        foreach ((string moment, string deed) in moments)
        {
            DockerHosts.TryOn(1, deed);
            Restart("docker rm -f weave >/dev/null 2>&1");
            DockerHosts.On(1, "weave attach 10.2.1.1/24 attached");
            Eventually.True(Compared, $"killed {moment}, it comes back the same", () => State() == clean, () => $"{clean}\n--- now\n{State()}");
        }
    }

    private static void Restart(string end)
    {
        DockerHosts.On(1, $"{end}; weave launch >/dev/null");
        Eventually.True(Soon, "containers reach each other by name", () => DockerHosts.TryOn(1, "docker exec attached ping -c 1 -W 2 plugged.weave.local").ExitCode == 0);
    }

    /// <summary>All that a user and the kernel can tell of what the router keeps.</summary>
    private static string State() => DockerHosts.On(1, """
        ip -o link | awk '{ sub(/[@:].*/, "", $2); print $2, $4, $5 }' | grep -E '^(weave|datapath|veth|vxlan)' | sort
        ip -4 -o addr show weave | grep -o 'inet [^ ]*'
        iptables-save | grep -i weave | sed 's/\[.*//'
        ipset save; find /sys/fs/bpf | sort; ls -A /run/docker/plugins
        weave ps | grep -v expose | sort; weave status dns | sort; weave status ipam; weave dns-lookup attached | sort
        weave report -f '{{.Ready}} {{.Router.Name}} {{.IPAM.ActiveIPs}} {{len .Router.Peers}}'
        docker ps -a --format '{{.Names}} {{.Image}}' | sort; docker volume ls -q; docker network ls --format '{{.Name}} {{.Driver}}' | sort
        """);
}
