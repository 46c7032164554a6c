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
