using System.Diagnostics;
using Weave.SystemTests.Support;

namespace Weave.SystemTests.Http;

/// <summary>Every HTTP reply recorded from the original, asked anew of routers that are in the same state.</summary>
public sealed class RecordedRepliesTests
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(30);

    /// <summary>Heartbeats of a neighbour that is gone are waited for as long before it is given up.</summary>
    private static readonly TimeSpan Lingering = TimeSpan.FromSeconds(120);

    /// <summary>All that differs, as "recorded | ours", and why. docs/compatibility.md says so too.</summary>
    private static readonly Dictionary<string, string> Deviations = new(StringComparer.Ordinal)
    {
        ["GET /report: nothing | $.Router.Connections[].Attrs.rtt Number"] = "the round trip, for `weave status connections` on a terminal",
        ["GET /report: nothing | $.Router.Connections[].Attrs.cipher String"] = "which of several ciphers is in use",
        ["GET /report: nothing | $.Router.Connections[].Attrs.protocol Number"] = "a connection that does not speak the highest version says so",
        ["GET /status/connections: \n-- <22>established encrypted   sleeve B(host2) encrypted=truemtu=N | \n-- <22>established encrypted   sleeve B(host2) encrypted=truemtu=Nprotocol=N"] = "the same",
        ["GET /status/connections: \n-- <22>established sleeve B(host2) mtu=N | \n-- <22>established sleeve B(host2) mtu=Nprotocol=N"] = "the same",
        ["GET /status/connections: \n-- <22>failed      read tcp N->N read: connection reset by peer, retry: TIME  | \n-- <22>failed      Unable to decrypt TCP msg, retry: TIME "] =
            "of two that have different passwords either may notice first; the original says this, too",
    };

    /// <summary>With a password ours speak no version below 2 unless asked to, as these were recorded.</summary>
    private const string Encrypted = "--min-protocol-version=1 --password";

    private readonly SortedSet<string> _seen = new(StringComparer.Ordinal);

    [Fact]
    public void Each_is_the_same_in_status_names_types_and_words_but_for_what_is_listed()
    {
        Replay("plain3", 3, host => host == 1 ? "--ipalloc-init=consensus=3" : $"--ipalloc-init=consensus=3 {BareRouters.AddressOf(1)}", Plain3);
        Replay("line3", 3, host => "--no-discovery --ipalloc-init=consensus=3 " + (host == 1 ? "" : BareRouters.AddressOf(host - 1)));
        Replay("crypto2", 2, host => Second($"{Encrypted}=wfvAwt7sj-sesame --ipalloc-init=consensus=2", host));
        Replay("trusted2", 2, host => Second($"--no-dns {Encrypted}=wfvAwt7sj-sesame --trusted-subnets=10.77.0.0/24,192.168.0.0/16", host));
        Replay("v1plain2", 2, host => Second($"--no-dns --ipalloc-init=consensus=2 {(host == 2 ? "--max-protocol-version=1" : "")}", host));
        Replay("v1crypto2", 2, host => Second($"--no-dns --ipalloc-init=consensus=2 {Encrypted}=old-secret {(host == 2 ? "--max-protocol-version=1" : "")}", host));
        Replay("tie2", 2, host => host == 2 ? $"{BareRouters.AddressOf(1)}:6783" : "", Tie2); // with its port, or one from there would do
        Replay("mismatch2", 2, host => host == 1 ? $"{Encrypted}=one" : BareRouters.AddressOf(1), Mismatch2);
        string[] unknown = [.. _seen.Except(Deviations.Keys)];
        Assert.True(unknown.Length == 0, string.Join("\n\n", unknown));
    }

    private static string Second(string flags, int host) => host == 2 ? $"{flags} {BareRouters.AddressOf(1)}" : flags;

    /// <summary>What happened between the requests of this run.</summary>
    private static void Plain3(BareRouters routers, IReadOnlyList<RecordedReply> replies, int next)
    {
        if (next > 0 && replies[next - 1] is { Method: "DELETE", Url: "/peer" })
        {
            routers.Stop(3);
        }
        else if (next > 1 && replies[next] is { Url: "/status/ipam" } && replies[next - 1] is { Url: "/status/ipam" })
        {
            routers.Kill(2);
            // With us data goes on until the overlay is lost, too, and until then the peer is there (ADR 20).
            Eventually.True(Lingering, "host 1 has given its neighbours up", () => BareRouters.Connections(1).Length == 0, routers.Describe);
        }
    }

    /// <summary>The second connection between the same two, again and again.</summary>
    private static void Tie2(BareRouters routers, IReadOnlyList<RecordedReply> replies, int next)
    {
        if (next == 0)
        {
            BareRouters.In(1, $"curl -sf 127.0.0.1:6784/connect -d peer={BareRouters.AddressOf(2)}:6783");
        }
    }

    private static void Mismatch2(BareRouters routers, IReadOnlyList<RecordedReply> replies, int next)
    {
        if (next == replies.Count - 1)
        {
            routers.Stop(2);
            routers.Start(2, $"{Flags(2)} {Encrypted}=other {BareRouters.AddressOf(1)}");
        }
    }

    private static string Flags(int host) => $"--no-fastdp --nickname=host{host} --dns-listen-address=127.0.0.1:53 --resolv-conf=/dev/null --ipalloc-range=10.32.0.0/12";

    private void Replay(string run, int hosts, Func<int, string> flags, Action<BareRouters, IReadOnlyList<RecordedReply>, int>? between = null)
    {
        using BareRouters routers = new(hosts);
        for (int host = 1; host <= hosts; host++)
        {
            routers.Start(host, $"{Flags(host)} {flags(host)}");
            BareRouters.Container(host, $"10.99.0.{host}/24");
        }

        if (run is not "mismatch2")
        {
            Eventually.True(Settling, $"{run}: containers talk", () => BareRouters.Reaches(1, $"10.99.0.{hosts}"), routers.Describe);
        }

        IReadOnlyList<RecordedReply> replies = RecordedReply.Of(run);
        Assert.NotEmpty(replies);
        for (int i = 0; i < replies.Count; i++)
        {
            between?.Invoke(routers, replies, i);
            // Which of two connections between the same two survives is left to chance.
            foreach (string difference in Compare(run == "tie2" ? [replies[i], replies[i].Mirrored()] : [replies[i]]))
            {
                _seen.Add(difference);
            }
        }
    }

    /// <summary>What only tells is asked again until peers know of each other what they knew when it was recorded. One of several will do.</summary>
    private static string[] Compare(RecordedReply[] recorded)
    {
        Stopwatch watch = Stopwatch.StartNew();
        string[] differences;
        do
        {
            differences = recorded.Select(reply => reply.Differences(reply.Ask()).ToArray()).MinBy(found => found.Length)!;
        }
        while (recorded[0].Method == "GET" && differences.Any(difference => !Deviations.ContainsKey(difference)) && watch.Elapsed < Settling);
        return differences;
    }
}
