namespace Weave.Cli.Commands;

/// <summary>How launch is used.</summary>
internal static class LaunchUsage
{
    internal static readonly string[] Lines =
    [
        "[--password <pass>] [--trusted-subnets <cidr>,...]",
        "[--host <ip_address>]",
        "[--name <mac>] [--nickname <nickname>]",
        "[--no-restart] [--resume] [--no-discovery] [--no-dns]",
        "[--dns-listen-address <address>:<port>]",
        "[--ipalloc-init <mode>]",
        "[--ipalloc-range <cidr> [--ipalloc-default-subnet <cidr>]]",
        "[--plugin=false] [--proxy=false]",
        "[-H <endpoint>] [--without-dns] [--no-multicast-route]",
        "[--no-rewrite-hosts] [--no-default-ipalloc]",
        "[--hostname-from-label <labelkey>]",
        "[--hostname-match <regexp>]",
        "[--hostname-replacement <replacement>]",
        "[--rewrite-inspect]",
        "[--log-level=debug|info|warning|error]",
        "[--token <weave-cloud-service-token>]",
        "<peer> ...",
    ];

    /// <summary>Flags for completion: launch's own and the router's.</summary>
    internal static IReadOnlyList<string> Words => ["--no-restart", .. Flags.RouterFlags.Set.All.Select(flag => flag.Spelling)];
}
