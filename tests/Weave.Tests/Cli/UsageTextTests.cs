using Weave.Cli;
using Weave.Cli.Commands;

namespace Weave.Tests.Cli;

public sealed class UsageTextTests
{
    [Fact]
    public void Usage_has_the_layout_of_the_original()
    {
        string text = UsageText.Render();
        Assert.StartsWith("Usage:\n\nweave --help | help\n      setup\n      version\n\nweave launch        [--password <pass>] [--trusted-subnets <cidr>,...]\n                    [--host <ip_address>]\n", text, StringComparison.Ordinal);
        Assert.Contains("\nweave connect       [--replace] [<peer> ...]\n      forget        <peer> ...\n", text, StringComparison.Ordinal);
        Assert.Contains("\nweave attach        [--without-dns] [--rewrite-hosts] [--no-multicast-route]\n                      [<addr> ...] <container_id>\n      detach        [<addr> ...] <container_id>\n", text, StringComparison.Ordinal);
        Assert.EndsWith("      <mode>     = consensus[=<count>] | seed=<mac>,... | observer\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_command_of_the_original_is_there() => Assert.All(
        new[]
        {
            "setup", "version", "launch", "prime", "env", "config", "dns-args", "connect", "forget", "attach", "detach", "expose", "hide", "dns-add",
            "dns-remove", "dns-lookup", "status", "report", "ps", "stop", "reset", "rmpeer", "attach-bridge", "bridge-type", "docker-bridge-ip",
            "run", "start", "restart", "launch-plugin", "stop-plugin", "launch-proxy", "stop-proxy", "launch-router", "stop-router",
        },
        name => Assert.NotNull(CommandTable.Find(name)));

    [Fact]
    public void Every_word_of_the_originals_usage_text_is_in_ours()
    {
        string text = UsageText.Render();
        Assert.All(
            ("--password --trusted-subnets --host --name --nickname --no-restart --resume --no-discovery --no-dns --dns-listen-address --ipalloc-init --ipalloc-range "
            + "--ipalloc-default-subnet --plugin=false --proxy=false -H --without-dns --no-multicast-route --no-rewrite-hosts --no-default-ipalloc --hostname-from-label "
            + "--hostname-match --hostname-replacement --rewrite-inspect --log-level=debug|info|warning|error --token --restore --replace --rewrite-hosts -h --without-masquerade "
            + "-f --force").Split(' '),
            word => Assert.Contains(word, text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("run")]
    [InlineData("start")]
    [InlineData("restart")]
    [InlineData("launch-plugin")]
    [InlineData("stop-plugin")]
    [InlineData("launch-proxy")]
    [InlineData("stop-proxy")]
    [InlineData("launch-router")]
    [InlineData("stop-router")]
    public async Task Removed_commands_say_so_as_the_original_does(string name)
    {
        using StringWriter error = new();
        using CliContext context = new(new CliEnvironment(_ => null), TextWriter.Null, error, false, CancellationToken.None);
        Assert.Equal(1, await CommandTable.Find(name)!.Run(context, ["anything"]));
        Assert.Equal($"The 'weave {name}' command has been removed as of Weave Net version 2.0\nPlease see release notes for further information\n", error.ToString());
    }

    [Fact]
    public void Completion_and_manual_come_from_the_same_table()
    {
        string completion = CompletionScript.Bash();
        string manual = ManualPage.Render();
        Assert.All(CommandTable.All.Where(command => command.Usage.Count > 0), command =>
        {
            Assert.Contains($"{command.Name})", completion, StringComparison.Ordinal);
            Assert.Contains($".B {command.Name.Replace("-", "\\-", StringComparison.Ordinal)}\n", manual, StringComparison.Ordinal);
        });
        Assert.Contains("--ipalloc-range", completion, StringComparison.Ordinal);
    }
}
