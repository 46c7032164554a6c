using Weave.SystemTests.Support;

namespace Weave.SystemTests.Cli;

/// <summary><c>weave reset</c>, with a second witness for everything that a router may touch.</summary>
[Collection(DockerHosts.Name)]
[Trait("Docker", "Any")]
public sealed class ResetTests : IDisposable
{
    /// <summary>What is looked at before and after, each with its own question.</summary>
    private static readonly (string Of, string Question)[] Looks =
    [
        ("interfaces", "ip -o link | sed 's/^[0-9]*: //; s/[@:].*//' | sort"),
        ("addresses, routes and rules of routing", "ip -4 -o addr | sed 's/^[0-9]*: //; s/ *valid_lft.*//' | sort; ip -4 route show table all | sed 's/ linkdown//; s/ *$//' | sort; ip -4 rule"),
        ("queues", "tc qdisc | sort"),
        // iptables makes a table when it is first used, and never takes one away.
        ("rules and chains", "for v in iptables ip6tables; do $v-save | grep -e ^-A -e '^:.* - ' | sed 's/\\[.*//'; done"),
        ("sets", "ipset save"),
        ("pinned programs and maps", "find /sys/fs/bpf | sort"),
        ("mounts", "findmnt -rno TARGET,FSTYPE | grep -v -e docker -e containerd | sort"),
        ("namespaces", "ip netns list"),
        ("processes", "ps -eo args= | grep -e '[w]eave' | grep -v -e 'bash -c'"),
        ("containers", "docker ps -a --format '{{.Names}}'"),
        ("images", "docker images -aq | sort"),
        ("volumes", "docker volume ls -q | sort"),
        ("networks", "docker network ls --format '{{.Name}} {{.Driver}}' | sort"),
        ("plugins of the engine", "docker plugin ls --format '{{.Name}}'"),
        ("settings of the kernel", "sysctl -a -r '^net\\.' 2>/dev/null | grep -v -e nf_conntrack_count -e '\\.random' -e 'tcp_fastopen_key' | sort"),
        ("files in memory", "find /run /tmp -xdev -not -path '/run/docker/runtime-runc*' -not -path '/run/docker/netns*' -not -path '/run/docker/containerd*' -not -path '/run/containerd*' | sort"),
    ];

    /// <summary>The same of what the host wrote, Docker's own excepted. Files of the machine below it change as they like.</summary>
    private static readonly (string Of, string Question)[] LooksFromOutside =
    [
        ("files", "find . | sort"),
        ("content of /etc", "find ./etc -type f | sort | xargs -r md5sum"),
    ];

    public ResetTests(DockerHosts hosts) => ArgumentNullException.ThrowIfNull(hosts);

    public void Dispose() => DockerHosts.Clean();

    [Theory]
    [InlineData("")]
    [InlineData("--expect-npc --no-masq-local --no-fastdp --password=secret")]
    public void It_leaves_the_host_as_it_was(string flags)
    {
        DockerHosts.On(1, "weave reset --force 2>/dev/null; docker run --rm test true"); // Docker has made what it makes once
        AwaitIdleBridge();
        Dictionary<string, string> before = Look();
        Assert.Contains("./usr/local/bin/weave\n", before["files"], StringComparison.Ordinal); // it is the host that is looked at
        DockerHosts.On(1, $"weave launch {flags} && weave expose -h here.weave.local");
        DockerHosts.On(1, "docker run -dt --name plugged --net=weave test /bin/sh && docker run -dt --name attached test /bin/sh && weave attach attached && weave dns-add attached -h a.weave.local && weave status && weave ps");
        Dictionary<string, string> during = Look();
        Assert.All(["interfaces", "rules and chains", "processes", "containers", "images", "volumes", "networks", "files in memory"], of => Assert.NotEqual(before[of], during[of]));
        DockerHosts.On(1, "weave reset; docker rm -f plugged attached");
        if (!before["networks"].Contains("docker_gwbridge", StringComparison.Ordinal))
        {
            DockerHosts.On(1, "docker network rm docker_gwbridge 2>/dev/null || true"); // Docker's, made for the first container that has no other way out
        }

        AwaitIdleBridge();
        Dictionary<string, string> after = Look();
        Assert.All(before, look => Assert.Equal(look.Value, after[look.Key]));
    }

    /// <summary>The kernel notices a moment later that the last container left Docker's bridge, and what it says of the bridge's routes changes.</summary>
    private static void AwaitIdleBridge() => Eventually.True(
        TimeSpan.FromSeconds(30),
        "no container is left on docker0",
        () => DockerHosts.On(1, "ip -4 route show dev docker0").Contains("linkdown", StringComparison.Ordinal));

    private static Dictionary<string, string> Look()
    {
        string written = Shell.Run(Repository.Testbed, "written", "1");
        return Looks.Select(look => (look.Of, Answer: DockerHosts.TryOn(1, look.Question).Output))
            .Concat(LooksFromOutside.Select(look => (look.Of, Answer: Shell.Run("sh", "-c", $"cd {written} && {look.Question}"))))
            .ToDictionary(look => look.Of, look => look.Answer);
    }
}
