using Weave.Cli.Flags;
using Weave.Daemon;

namespace Weave.Tests.Cli.Flags;

public sealed class RouterFlagsTests
{
    private static DaemonOptions Read(params string[] args)
    {
        FlagParse<RouterInvocation> parse = RouterCommandLine.Read(args, _ => null);
        Assert.Empty(parse.Problems);
        return parse.Value.Options;
    }

    [Fact]
    public void Every_flag_of_the_original_is_there()
    {
        string[] original =
        [
            "version", "print-peer-name", "host", "port", "min-protocol-version", "resume", "weave-bridge", "docker-bridge", "expect-npc",
            "name", "nickname", "password", "log-level", "pkt-debug", "profile", "conn-limit", "no-discovery", "bufsz", "mtu", "http-addr",
            "status-addr", "metrics-addr", "ipalloc-init", "ipalloc-range", "ipalloc-default-subnet", "docker-api", "no-dns", "dns-domain",
            "dns-listen-address", "dns-ttl", "dns-fallback-timeout", "resolv-conf", "datapath", "no-fastdp", "no-bridged-fastdp",
            "trusted-subnets", "db-prefix", "proc-path", "awsvpc", "host-root", "peer-discovery-url", "token", "advertise-address", "plugin",
            "plugin-v2", "plugin-v2-multicast", "plugin-socket", "plugin-mesh-socket", "no-masq-local", "proxy", "H", "hostname-from-label",
            "hostname-match", "hostname-replacement", "rewrite-inspect", "no-default-ipalloc", "no-rewrite-hosts", "tlscacert", "tlscert",
            "tls", "tlskey", "tlsverify", "without-dns", "no-multicast-route",
        ];
        Assert.Equal(["log-json", "max-protocol-version"], RouterFlags.Set.All.Select(flag => flag.Name).Except(original));
        Assert.Empty(original.Except(RouterFlags.Set.All.Select(flag => flag.Name)));
    }

    [Fact]
    public void What_the_launcher_passes_is_understood()
    {
        DaemonOptions options = Read(
            "--port", "6783", "--nickname", "host1", "--host-root=/host", "--docker-bridge", "docker0", "--weave-bridge", "weave", "--datapath",
            "datapath", "--ipalloc-range", "10.32.0.0/12", "--dns-listen-address", "172.17.0.1:53", "--http-addr", "127.0.0.1:6784",
            "--status-addr", "127.0.0.1:6782", "--resolv-conf", "/var/run/weave/etc/resolv.conf", "-H", "unix:///var/run/weave/weave.sock",
            "--plugin", "--proxy", "--no-dns", "--ipalloc-init", "consensus=3", "host2", "10.1.1.1:7000");
        Assert.Empty(options.Validate());
        Assert.Equal(["host2", "10.1.1.1:7000"], options.Peers);
        Assert.True(options is { Plugin: true, Dns: false, Nickname: "host1", DnsListenAddress: "172.17.0.1:53", HostRoot: "/host" });
        Assert.True(options.Proxy is { Enabled: true, Listen: ["unix:///var/run/weave/weave.sock"] });
        Assert.Equal(new AllocationMode.Consensus(3), AllocationMode.Parse(options.IpAllocationInit));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2, "--password=x")] // one byte of the header would be enough to talk both down
    [InlineData(1, "--password=x", "--min-protocol-version=1")]
    [InlineData(1, "--password=x", "--max-protocol-version=1")]
    [InlineData(2, "--min-protocol-version=2")]
    public void With_a_password_the_lowest_version_is_the_highest_unless_another_is_asked_for(int least, params string[] args)
    {
        DaemonOptions options = Read(args);
        Assert.Empty(options.Validate());
        Assert.Equal(least, options.LeastProtocolVersion);
    }

    [Fact]
    public void A_secret_is_never_among_the_flags_that_are_logged()
    {
        DaemonOptions options = Read("--password", "hunter2", "--token=t0ken", "--port=1");
        Assert.Equal("hunter2", options.Password);
        Assert.Equal("password=<redacted> port=1 token=<redacted>", string.Join(' ', options.Given.Select(flag => $"{flag.Key}={flag.Value}")));
    }

    [Theory]
    [InlineData(null, "env", "env")]
    [InlineData("", "env", "env")]
    [InlineData("arg", "env", "arg")]
    [InlineData(null, "", null)]
    public void The_password_comes_from_the_flag_or_else_from_the_environment(string? flag, string environment, string? expected)
    {
        string[] args = flag is null ? [] : ["--password=" + flag];
        Assert.Equal(expected, RouterCommandLine.Read(args, name => name == "WEAVE_PASSWORD" ? environment : null).Value.Options.Password);
    }

    [Fact]
    public void Docker_is_where_the_environment_says_unless_a_flag_turns_it_off()
    {
        static string? Environment(string name) => name == "DOCKER_HOST" ? "tcp://10.0.0.1:2375" : null;
        Assert.Equal("tcp://10.0.0.1:2375", RouterCommandLine.Read([], Environment).Value.Options.DockerApi);
        Assert.Equal("", RouterCommandLine.Read(["--docker-api="], Environment).Value.Options.DockerApi);
        Assert.Equal("unix:///var/run/docker.sock", Read().DockerApi);
    }

    [Theory]
    [InlineData("--resume host1", "You must not specify an initial peer list in conjunction with --resume")]
    [InlineData("--min-protocol-version=3", "--min-protocol-version must be in range [1,2]")]
    [InlineData("--max-protocol-version=3", "--max-protocol-version must be in range [1,2]; it is 3")]
    [InlineData("--min-protocol-version=2 --max-protocol-version=1", "--max-protocol-version must be in range [2,2]; it is 1")]
    [InlineData("--ipalloc-default-subnet=10.0.0.0/24", "--ipalloc-default-subnet specified without --ipalloc-range.")]
    [InlineData("--ipalloc-init=observer", "--ipalloc-init specified without --ipalloc-range.")]
    [InlineData("--ipalloc-range=10.0.0.0/24 --ipalloc-init=seed", "Unable to parse --ipalloc-init: seed mode requires peer name list")]
    [InlineData("--ipalloc-range=10.0.0.0/24 --ipalloc-init=observer=1", "Unable to parse --ipalloc-init: observer mode takes no parameter")]
    [InlineData("--ipalloc-range=10.0.0.0/24 --ipalloc-init=magic", "Unable to parse --ipalloc-init: unknown mode: magic")]
    [InlineData("--ipalloc-range=10.0.0.1/24", "invalid subnet - bits after network prefix are not all zero: 10.0.0.1/24")]
    [InlineData("--ipalloc-range=10.0.0.0/31", "invalid subnet - smaller than minimum size 4: 10.0.0.0/31")]
    [InlineData("--ipalloc-range=255.255.255.0/24", "invalid subnet - must end before 255.255.255.255: 255.255.255.0/24")]
    [InlineData("--ipalloc-range=0.0.0.0/0", "invalid subnet - smaller than minimum size 4: 0.0.0.0/0")]
    [InlineData("--ipalloc-range=10.0.0.0/24 --ipalloc-default-subnet=10.0.0.0/32", "invalid subnet - smaller than minimum size 4: 10.0.0.0/32")]
    [InlineData("--ipalloc-range=10.0.0.0", "invalid CIDR address: 10.0.0.0")]
    [InlineData("--ipalloc-range=10.0.0.0/24 --ipalloc-default-subnet=10.1.0.0/24", "IP address allocation default subnet 10.1.0.0/24 does not overlap with allocation range 10.0.0.0/24")]
    [InlineData("--awsvpc --password=x --no-masq-local", "--awsvpc mode is not compatible with the --password option|--awsvpc mode requires IPAM enabled|--awsvpc mode is not compatible with the --no-masq-local option|--awsvpc mode is not there yet: routes of a VPC are not written")]
    [InlineData("--trusted-subnets=10.0.0.0/8,x", "Unable to parse trusted subnets: invalid CIDR address: x")]
    [InlineData("--mtu=8 --port=0", "--port must be in range [1,65534], as the port after it is used too; it is 0|--mtu must be in range [576,65535], or 0 for automatic; it is 8")]
    [InlineData("--log-level=loud", "not a valid logrus Level: \"loud\"")]
    [InlineData("--name=bob", "invalid peer name format: \"bob\"")]
    [InlineData("--http-addr=6784", "--http-addr must be host:port or an absolute path; it is \"6784\"")]
    public void Every_problem_of_the_options_is_told(string line, string expected) =>
        Assert.Equal(expected, string.Join('|', Read(line.Split(' ')).Validate()));

    [Fact]
    public void Modes_of_allocation_are_read()
    {
        Assert.Equal(new AllocationMode.Consensus(null), AllocationMode.Parse(""));
        Assert.Equal(new AllocationMode.Consensus(null), AllocationMode.Parse("consensus"));
        Assert.Equal(new AllocationMode.Observer(), AllocationMode.Parse("observer"));
        AllocationMode.Seed seed = Assert.IsType<AllocationMode.Seed>(AllocationMode.Parse("seed=::1,00:00:00:00:00:02"));
        Assert.Equal([1UL, 2UL], seed.Names.Select(name => name.Value));
    }
}
