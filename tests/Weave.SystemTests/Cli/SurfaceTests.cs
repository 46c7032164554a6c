using Weave.SystemTests.Support;

namespace Weave.SystemTests.Cli;

/// <summary>Who reaches the router's doors, and what it tells there.</summary>
[Collection(DockerHosts.Name)]
[Trait("Docker", "Any")]
public sealed class SurfaceTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    public SurfaceTests(DockerHosts hosts) => ArgumentNullException.ThrowIfNull(hosts);

    public void Dispose() => DockerHosts.Clean();

    /// <summary>Must-never-happen 15.</summary>
    [Fact]
    public void Control_status_and_mesh_ports_are_closed_to_containers_and_the_first_two_to_other_hosts()
    {
        DockerHosts.On(1, "weave launch --metrics-addr=127.0.0.1:6780 && weave expose && docker run -dt --name plain test /bin/sh && docker run -dt --name ours --net=weave test /bin/sh");
        string docker = DockerHosts.On(1, "ip -4 -o addr show docker0 | grep -o 'inet [^/]*' | cut -c6-");
        string exposed = DockerHosts.On(1, "ip -4 -o addr show weave | grep -o 'inet [^/]*' | cut -c6-");
        string host = DockerHosts.AddressOf(1);
        foreach (int port in new[] { 6780, 6782, 6784 })
        {
            Assert.Equal("open", DockerHosts.On(1, Probe("127.0.0.1", port)));
            Assert.Equal("closed", DockerHosts.On(2, Probe(host, port)));
            foreach ((string container, string address) in new[] { ("plain", docker), ("plain", host), ("ours", exposed), ("ours", host) })
            {
                Assert.Equal("closed", DockerHosts.On(1, $"docker exec {container} sh -c \"{Probe(address, port)}\""));
            }
        }

        Assert.Equal("open", DockerHosts.On(2, Probe(host, 6783)));
        Assert.Equal("closed", DockerHosts.On(1, $"docker exec plain sh -c \"{Probe(docker, 6783)}\""));
        Assert.Equal("closed", DockerHosts.On(2, Probe(host, 53)));

        static string Probe(string address, int port) => $"socat -u -T 1 OPEN:/dev/null TCP:{address}:{port},connect-timeout=1 >/dev/null 2>&1 && echo open || echo closed";
    }

    /// <summary>Linux takes packets for any of its addresses from any link: a route is all another host needs.</summary>
    [Fact]
    public void Names_are_told_to_this_host_and_its_containers_and_to_nobody_who_sets_a_route()
    {
        DockerHosts.On(1, "weave launch && weave dns-add 192.0.2.7 -h printer.weave.local && docker run -dt --name plain test /bin/sh && docker run -dt --name ours --net=weave test /bin/sh");
        string server = DockerHosts.On(1, "weave dns-args | grep -o 'dns=[^ ]*' | cut -c5-");
        foreach (string way in (string[])["+notcp", "+tcp"])
        {
            string question = $"dig +short +tries=1 +time=2 {way} @{server} printer.weave.local";
            Assert.Equal("192.0.2.7", DockerHosts.On(1, $"docker run --rm --net=host test {question}")); // not every host has a dig of its own
            Assert.Equal("192.0.2.7", DockerHosts.On(1, $"docker exec plain {question}"));
            Assert.Equal("192.0.2.7", DockerHosts.On(1, $"docker exec ours {question}"));
            DockerHosts.Do("underlay", "ip", "route", "replace", $"{server}/32", "via", DockerHosts.AddressOf(1));
            Assert.DoesNotContain("192.0.2.7", Shell.Try(Shell.DefaultTimeout, Repository.Testbed, ["underlay", .. question.Split(' ')]).All, StringComparison.Ordinal);
        }

        DockerHosts.Do("underlay", "ip", "route", "del", $"{server}/32");
    }

    [Theory]
    [InlineData("--ipalloc-range=", "Service: dns", "Service: ipam")]
    [InlineData("--no-dns", "Service: ipam", "Service: dns")]
    public void The_router_works_with_parts_of_it_turned_off(string flag, string there, string absent)
    {
        DockerHosts.On(1, $"weave launch {flag}");
        string status = DockerHosts.On(1, "weave status && weave report >/dev/null && curl -sf 127.0.0.1:6784/metrics >/dev/null && weave status connections");
        Assert.Contains(there, status, StringComparison.Ordinal);
        Assert.DoesNotContain(absent, status, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_do_not_pile_up_and_own_ranges_are_not_masqueraded()
    {
        DockerHosts.On(1, "weave launch --expect-npc --no-masq-local && weave prime");
        Eventually.True(Soon, "the set holds our range", () => DockerHosts.On(1, "ipset save").Contains("add weaver-no-masq-local 10.32.0.0/12", StringComparison.Ordinal), () => DockerHosts.On(1, "ipset save"));
        Assert.Equal("1", DockerHosts.On(1, "sleep 7; iptables-save | grep -c -e '-A FORWARD -i weave .*-j WEAVE-NPC-EGRESS'"));
    }

    [Fact]
    public void Connections_are_told_of_in_metrics()
    {
        DockerHosts.On(1, "weave launch");
        DockerHosts.On(2, $"weave launch {DockerHosts.AddressOf(1)} && docker run -dt --name one test /bin/sh && weave attach one");
        string[] names =
        [
            "weave_connections{", "weave_connection_rtt_seconds{", "weave_connection_control_sent_bytes_total{", "weave_connection_control_received_bytes_total{",
            "weave_connection_control_queue_bytes{", "weave_connection_mtu_bytes{", "weave_gossip_sent_bytes_total ", "weave_gossip_faults_total{channel=\"IPallocation\"} 0",
            "weave_ipam_conflicts 0", "weave_ipam_allocations_total 1", "weave_ipam_allocation_seconds_total ",
        ];
        string Metrics() => DockerHosts.On(2, "curl -sf 127.0.0.1:6782/metrics");
        Eventually.True(Soon, "all metrics are there", () => names.All(name => Metrics().Contains("\n" + name, StringComparison.Ordinal)), Metrics);
        Assert.Contains("\"rtt\":", DockerHosts.On(2, "weave report"), StringComparison.Ordinal);
    }

    [Fact]
    public void Status_is_JSON_when_asked_a_table_on_a_terminal_and_the_plain_lines_in_a_pipe()
    {
        DockerHosts.On(1, "weave launch --password=secret && weave dns-add 192.0.2.7 -h printer.weave.local");
        DockerHosts.On(2, $"weave launch --password=secret {DockerHosts.AddressOf(1)} && weave prime");
        Eventually.True(Soon, "connected", () => DockerHosts.On(2, "weave status connections").Contains("established encrypted", StringComparison.Ordinal));
        Assert.Equal(
            "object array array array object object",
            DockerHosts.On(2, "for part in '' targets connections peers dns ipam; do weave status $part --json | jq -r type; done | xargs"));
        Assert.Equal($"-> {DockerHosts.AddressOf(1)}:6783", DockerHosts.On(2, "weave status connections | cut -c1-21").TrimEnd());
        string table = DockerHosts.On(2, "script -qec 'weave status connections' /dev/null");
        Assert.All(["OVERLAY", "ENCRYPTION", "MTU", "ROUND TRIP"], column => Assert.Contains(column, table, StringComparison.Ordinal));
        DockerHosts.On(2, "weave completion bash | bash -n && weave man | grep -q '^.TH'");
    }

    [Fact]
    public void The_engine_knows_whether_the_router_is_well()
    {
        DockerHosts.On(1, "weave launch");
        Assert.Contains("health", DockerHosts.On(1, "docker inspect -f '{{json .Config.Healthcheck.Test}}' weave"), StringComparison.Ordinal);
        Eventually.True(TimeSpan.FromSeconds(60), "healthy", () => DockerHosts.On(1, "docker inspect -f '{{.State.Health.Status}}' weave") == "healthy");
    }

    /// <summary>Whoever sends at once after attaching, or takes over an address, is heard: the announcement is not lost.</summary>
    [Fact]
    public void An_address_that_moves_to_another_container_is_found_there_at_once()
    {
        DockerHosts.On(1, "weave launch && docker run -dt --name asks test /bin/sh && docker run -dt --name first test /bin/sh && weave attach 10.2.1.1/24 asks && weave attach 10.2.1.2/24 first");
        DockerHosts.On(1, "docker exec asks ping -c 1 -W 2 10.2.1.2 && docker rm -f first && docker run -dt --name second test /bin/sh && weave attach 10.2.1.2/24 second");
        DockerHosts.On(1, "docker exec asks ping -c 1 -W 2 10.2.1.2");
    }

    [Fact]
    public void A_container_that_was_attached_without_a_name_server_has_its_name_when_there_is_one()
    {
        DockerHosts.On(1, "weave launch --no-dns && docker run -dt --name named -h named.weave.local test /bin/sh && weave attach 10.2.1.9/24 named && weave stop && weave launch");
        Assert.Equal("10.2.1.9", DockerHosts.On(1, "weave dns-lookup named"));
    }

    [Fact]
    public void A_restart_keeps_the_targets_and_a_launch_does_not()
    {
        string targets = "weave report -f '{{range .Router.Targets}}{{.}} {{end}}'";
        DockerHosts.On(1, "weave launch 198.51.100.7 198.51.100.8 && weave forget 198.51.100.7 && weave connect 198.51.100.9 && docker restart weave >/dev/null");
        Eventually.True(Soon, "the router is back", () => DockerHosts.TryOn(1, "weave status").ExitCode == 0);
        Assert.Equal("198.51.100.8 198.51.100.9", DockerHosts.On(1, targets));
        DockerHosts.On(1, "weave stop; weave launch 198.51.100.7");
        Assert.Equal("198.51.100.7", DockerHosts.On(1, targets));
    }
}
