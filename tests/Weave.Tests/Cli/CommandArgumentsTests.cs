using System.Net;
using Weave.Cli;
using Weave.Cli.Commands;
using Weave.Cli.Launch;
using Weave.Wire.Primitives;

namespace Weave.Tests.Cli;

public sealed class CommandArgumentsTests
{
    private static readonly CliEnvironment Empty = new(_ => null);

    [Theory]
    [InlineData("--password secret --port 7000 host1", "secret", "7000", null, true, "host1")]
    [InlineData("-password secret", "secret", "6783", null, true, "")]
    [InlineData("--password=a=b --ipalloc-range= --no-restart", "a=b", "6783", "", false, "")]
    [InlineData("-iprange 10.0.0.0/24 --no-dns -H unix:///x host1 host2", null, "6783", "10.0.0.0/24", true, "--no-dns -H unix:///x host1 host2")]
    [InlineData("--no-detect-tls --trusted-subnets 10.0.0.0/8", null, "6783", null, true, "--trusted-subnets 10.0.0.0/8")]
    public void Launch_takes_its_own_words_and_leaves_the_rest_to_the_router(string line, string? password, string port, string? range, bool restart, string rest)
    {
        LaunchArguments read = LaunchArguments.Read(Empty, line.Split(' '));
        Assert.Equal((password, port, range, restart, rest), (read.Password, read.Port, read.Range, read.Restart, string.Join(' ', read.Rest)));
    }

    [Theory]
    [InlineData("WEAVE_PORT=7000", "--port 7000")]
    [InlineData("WEAVE_MTU=1400", "--mtu 1400")]
    [InlineData("WEAVE_NO_FASTDP=1", "--no-fastdp")]
    [InlineData("WEAVE_NO_BRIDGED_FASTDP=1", "--no-bridged-fastdp")]
    [InlineData("WEAVE_HTTP_ADDR=/run/weave.sock", "--http-addr /run/weave.sock")]
    [InlineData("WEAVE_STATUS_ADDR=0.0.0.0:6782", "--status-addr 0.0.0.0:6782")]
    [InlineData("DOCKER_BRIDGE=br7", "--docker-bridge br7")]
    public void Variables_of_the_original_reach_the_router(string variable, string words)
    {
        string[] pair = variable.Split('=');
        CliEnvironment environment = new(name => name == pair[0] ? pair[1] : null);
        using CliContext context = new(environment, TextWriter.Null, TextWriter.Null, false, CancellationToken.None);
        string line = string.Join(' ', LaunchCommand.RouterArguments(context, LaunchArguments.Read(environment, ["peer1"]), new HostFacts()));
        Assert.Contains($" {words} ", $" {line} ", StringComparison.Ordinal);
        Assert.EndsWith(" peer1", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_word_without_its_value_is_named_before_the_usage() =>
        Assert.Equal("weave launch: --password needs a value", Assert.Throws<UsageException>(() => LaunchArguments.Read(Empty, ["--password"])).Message);

    [Theory]
    [InlineData("connect", "weave connect: no peer given")]
    [InlineData("attach 10.2.1.1 web", "weave attach: '10.2.1.1' is no address in CIDR notation, and only the last word names a container")]
    [InlineData("attach --nope web", "weave attach: unknown option '--nope'")]
    [InlineData("detach", "weave detach: no container given")]
    [InlineData("expose 10.0.0.0/33", "weave expose: '10.0.0.0/33' is no address in CIDR notation and no option")]
    [InlineData("dns-add 10.2.1.1", "weave dns-add: a container, or addresses and -h with a full name, are needed")]
    [InlineData("dns-remove web db", "weave dns-remove: 'db' is out of place")]
    [InlineData("report --format x", "weave report: '--format x' is not '-f <format>'")]
    [InlineData("stop now", "weave stop takes no argument 'now'")]
    public async Task What_makes_no_sense_is_named_before_the_usage(string words, string line)
    {
        string[] args = words.Split(' ');
        using StringWriter error = new();
        using CliContext context = new(new CliEnvironment(_ => null), TextWriter.Null, error, true, CancellationToken.None);
        Assert.Equal(1, await Dispatcher.GuardAsync(context, args));
        Assert.StartsWith(line + "\nUsage:", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("listen tcp :6783: Address already in use", "--port")]
    [InlineData("Failed to bind to address http://127.0.0.1:6784: address already in use", "WEAVE_HTTP_ADDR")]
    [InlineData("lookup web.example: no such host", "a name that this host can resolve")]
    [InlineData("it left no word", "")]
    public void Who_launches_is_told_what_to_do(string reason, string advice) => Assert.Contains(advice, LaunchCommand.Advice(reason), StringComparison.Ordinal);

    [Fact]
    public void What_the_router_would_refuse_is_refused_before_anything_is_made() => Assert.Equal(
        "flag provided but not defined: --nope\n--min-protocol-version must be in range [1,2]",
        Assert.Throws<CommandException>(() => LaunchArguments.Check(["--nope", "--min-protocol-version=9"])).Message);

    [Fact]
    public void Facts_of_the_host_survive_the_way_between_hosts()
    {
        HostFacts facts = new() { DockerBridgeAddress = "172.17.0.1", HostName = "host1", ResolvConf = "/run/systemd/resolve/resolv.conf", Overlap = "10.0.0.0/8", ForwardingRejected = true, HasBpf = true, LocksMaps = true, HasOurBridge = true };
        Assert.Equal(facts, HostFacts.Read(facts.Write()));
        Assert.Equal(new HostFacts(), HostFacts.Read(new HostFacts().Write()));
    }

    [Theory]
    [InlineData("", "", "", "")]
    [InlineData("-e A=1 -e B -v /x:/y --label=k=v -l z", "A=1 B", "/x:/y", "k=v z=")]
    public void Extra_words_for_docker_are_understood(string text, string variables, string binds, string labels)
    {
        ExtraDockerArguments read = ExtraDockerArguments.Read(text);
        Assert.Equal((variables, binds, labels), (string.Join(' ', read.Variables), string.Join(' ', read.Binds), string.Join(' ', read.Labels.Select(label => $"{label.Key}={label.Value}"))));
    }

    [Fact]
    public void Other_extra_words_are_refused_by_name() =>
        Assert.Contains("--hostname", Assert.Throws<CommandException>(() => ExtraDockerArguments.Read("--hostname x")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("10.2.1.1/24 ip:10.2.2.1/24 net:10.3.0.0/24 net:default c1", "10.2.1.1/24 10.2.2.1/24 net:10.3.0.0/24 net:default", "c1")]
    [InlineData("c1", "", "c1")]
    [InlineData("10.2.1.1 c1", "", "10.2.1.1 c1")]
    public void Addresses_come_first(string line, string cidrs, string rest)
    {
        (IReadOnlyList<string> found, string[] words) = CidrArguments.Take(line.Split(' '));
        Assert.Equal((cidrs, rest), (string.Join(' ', found), string.Join(' ', words)));
    }

    [Fact]
    public void A_lookup_asks_one_question_and_reads_any_answer()
    {
        byte[] question = DnsQuestion.Question(7, "web.weave.local.");
        Assert.Equal("000701000001000000000000037765620577656176650 56c6f63616c0000010001".Replace(" ", "", StringComparison.Ordinal), Convert.ToHexStringLower(question));
        byte[] answer = [.. question[..7], 1, .. question[8..], 0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 10, 32, 0, 1];
        Assert.Equal([IPAddress.Parse("10.32.0.1")], DnsQuestion.Addresses(answer));
        for (int length = 12; length < answer.Length; length++)
        {
            Assert.Empty(DnsQuestion.Addresses(answer.AsSpan(0, length)));
        }
    }

    [Fact]
    public void The_hosts_file_names_the_container_by_its_address() => Assert.Contains(
        "10.32.0.1          c1.weave.local c1\n", HostsFile.Content("c1", "weave.local", [Ipv4Cidr.Parse("10.32.0.1/12")], ["x:1.2.3.4"]), StringComparison.Ordinal);
}
