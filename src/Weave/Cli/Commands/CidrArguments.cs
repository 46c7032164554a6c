using Weave.Wire.Primitives;

namespace Weave.Cli.Commands;

/// <summary>Addresses on the command line: <c>[ip:]cidr</c>, <c>net:cidr</c>, <c>net:default</c>.</summary>
internal static class CidrArguments
{
    private const string Ip = "ip:";
    private const string Net = "net:";
    private const string Default = "net:default";

    /// <summary>Takes leading addresses off; <c>ip:</c> is dropped from them.</summary>
    internal static (IReadOnlyList<string> Cidrs, string[] Words) Take(string[] args)
    {
        string[] cidrs = [.. args.TakeWhile(IsAddress).Select(word => word.StartsWith(Ip, StringComparison.Ordinal) ? word[Ip.Length..] : word)];
        return (cidrs, args[cidrs.Length..]);
    }

    /// <summary>Asks the allocator for what is given by network, and takes the rest as it stands.</summary>
    /// <param name="context">The command's surroundings.</param>
    /// <param name="ident">For whom.</param>
    /// <param name="cidrs">None means the default subnet.</param>
    /// <param name="method">GET to look up, POST to allocate.</param>
    /// <param name="checkAlive">Only while the container lives.</param>
    internal static async Task<(IReadOnlyList<Ipv4Cidr> All, IReadOnlyList<Ipv4Cidr> Allocated)> ResolveAsync(
        CliContext context, string ident, IReadOnlyList<string> cidrs, string method, bool checkAlive)
    {
        List<Ipv4Cidr> all = [];
        List<Ipv4Cidr> allocated = [];
        string query = checkAlive ? "?check-alive=true" : "";
        foreach (string word in cidrs.Count > 0 ? cidrs : [Default])
        {
            if (word.StartsWith(Net, StringComparison.Ordinal))
            {
                string path = word == Default ? $"/ip/{ident}" : $"/ip/{ident}/{word[Net.Length..]}";
                RouterReply reply = await context.Router.CallAsync(method, path + query).ConfigureAwait(false);
                if (reply.IsAbsent)
                {
                    throw new CommandException(method == "POST" ? "IP address allocation must be enabled to use 'net:'" : "", method == "POST" ? 1 : reply.ExitCode);
                }

                RequireAnswer(reply, ident);
                Ipv4Cidr[] got = [.. reply.Body.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => Parse(text.Trim()))];
                allocated.AddRange(got);
                all.AddRange(got);
            }
            else
            {
                Ipv4Cidr cidr = Parse(word);
                if (method == "POST" && Firewall.HostAddress.Problem(cidr) is { } problem)
                {
                    throw new CommandException(problem);
                }

                all.Add(cidr);
                await ClaimAsync(context, ident, word, cidr, method, query).ConfigureAwait(false);
            }
        }

        return (all, allocated);
    }

    /// <summary>As the original shows them: without prefix lengths, on one line.</summary>
    internal static void Show(CliContext context, IEnumerable<Ipv4Cidr> cidrs) =>
        context.Output.WriteLine(string.Join(' ', cidrs.Select(cidr => cidr.Address)));

    private static async Task ClaimAsync(CliContext context, string ident, string word, Ipv4Cidr cidr, string method, string query)
    {
        if (method != "POST")
        {
            return;
        }

        Linux.Netlink.Links links = new();
        string overlap = Launch.HostFactsCommand.Overlap(links, new Ipv4Cidr(cidr.Address, 32), CliEnvironment.Bridge);
        if (overlap.Length > 0)
        {
            context.Error.WriteLine($"Address {word} overlaps with existing route {overlap} on host");
        }

        RouterReply reply = await context.Router.PatientAsync("PUT", $"/ip/{ident}/{word}{query}").ConfigureAwait(false);
        if (!reply.IsSuccess && !reply.IsAbsent && reply.Status != 0)
        {
            throw new CommandException(reply.Body.TrimEnd());
        }

        RequireAnswer(reply, ident);
    }

    private static void RequireAnswer(RouterReply reply, string ident)
    {
        if (reply.IsDropped)
        {
            throw new CommandException($"no address for {ident}: its container is not running, or the router ends");
        }
    }

    private static bool IsAddress(string word)
    {
        string bare = word.StartsWith(Ip, StringComparison.Ordinal) ? word[Ip.Length..] : word.StartsWith(Net, StringComparison.Ordinal) ? word[Net.Length..] : word;
        return word == Default || Ipv4Cidr.TryParse(bare, out _);
    }

    private static Ipv4Cidr Parse(string text) =>
        Ipv4Cidr.TryParse(text, out Ipv4Cidr cidr) ? cidr : throw new CommandException($"invalid CIDR address: {text}");
}
