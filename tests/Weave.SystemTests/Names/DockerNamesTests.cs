using System.Diagnostics;
using System.Globalization;
using Weave.SystemTests.Support;

namespace Weave.SystemTests.Names;

/// <summary>Names of real containers, on three Docker hosts, with dig as the second witness.</summary>
[Collection(DockerHosts.Name)]
[Trait("Docker", "Any")]
public sealed class DockerNamesTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Reconnection = TimeSpan.FromSeconds(60);

    private readonly ITestOutputHelper _output;

    /// <summary>Containers that live for a moment; WEAVE_SHORT_LIVES asks for more of them.</summary>
    private static readonly int ShortLives =
        int.Parse(Environment.GetEnvironmentVariable("WEAVE_SHORT_LIVES") ?? "48", CultureInfo.InvariantCulture);

    public DockerNamesTests(DockerHosts hosts, ITestOutputHelper output)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        _output = output;
        DockerHosts.On(1, "weave launch");
        Parallel.For(2, DockerHosts.Count + 1, host => DockerHosts.On(host, $"weave launch {DockerHosts.AddressOf(1)}"));
        AwaitMesh();
    }

    public void Dispose()
    {
        DockerHosts.Do("link", "3", "up");
        DockerHosts.Clean();
    }

    [Fact]
    public void A_container_is_found_by_all_its_names_and_forgotten_at_its_death()
    {
        string foo = Start(1, "foo", "-h foo.weave.local --network-alias web");
        Start(2, "bar", "-h bar.weave.local");
        foreach (string name in (string[])["foo", "foo.weave.local", "FOO.weave.local", "web.weave.local"])
        {
            Eventually.True(Soon, $"bar finds {name}", () => Ask(2, "bar", $"+search {name}") == foo, () => Ask(2, "bar", name));
        }

        Assert.Equal("foo.weave.local.", Ask(2, "bar", $"-x {foo}").Split('\n').Order(StringComparer.Ordinal).First());
        Assert.Contains("status: NOERROR", Dig(2, "bar", "foo.weave.local AAAA"), StringComparison.Ordinal);
        Assert.Contains("status: NXDOMAIN", Dig(2, "bar", "nobody.weave.local"), StringComparison.Ordinal);
        DockerHosts.On(2, "docker exec bar ping -c 1 -W 5 foo");

        DockerHosts.On(1, "docker restart -t 0 foo");
        Eventually.True(Soon, "foo is found after its restart", () => Ask(2, "bar", "foo.weave.local") == foo, () => DockerHosts.On(1, "weave status dns"));
        DockerHosts.On(1, "docker rm -f foo");
        Eventually.True(Soon, "foo is forgotten", () => Ask(2, "bar", "foo.weave.local web.weave.local").Length == 0);
    }

    [Fact]
    public void A_container_that_is_renamed_or_changes_its_networks_is_found_as_it_is_now()
    {
        string foo = Start(1, "foo", "");
        Start(2, "bar", "");
        Eventually.True(Soon, "bar finds foo", () => Ask(2, "bar", "foo.weave.local") == foo);
        DockerHosts.On(1, "docker rename foo quux");
        Eventually.True(Soon, "it is found by its new name", () => Ask(2, "bar", "quux.weave.local") == foo, () => DockerHosts.On(1, "weave status dns"));
        Eventually.True(Soon, "and no more by the old one", () => Ask(2, "bar", "foo.weave.local").Length == 0, () => DockerHosts.On(1, "weave status dns"));
        DockerHosts.On(1, "docker network disconnect weave quux");
        Eventually.True(Soon, "it has left", () => Ask(2, "bar", "quux.weave.local").Length == 0, () => DockerHosts.On(1, "weave status dns"));
        DockerHosts.On(1, "docker network connect weave quux");
        Eventually.True(Soon, "it is back", () => Ask(2, "bar", "quux.weave.local").Length > 0, () => DockerHosts.On(1, "weave status dns"));
    }

    /// <summary>Docker's own resolver is in front, and the network is the only one that was asked for.</summary>
    [Fact]
    public void A_container_resolves_names_addresses_and_the_outside_without_being_told_a_server()
    {
        string foo = Start(1, "foo", "-h foo.weave.local");
        Start(2, "bar", "-h bar.weave.local");
        Assert.Contains("nameserver 127.0.0.11", DockerHosts.On(2, "docker exec bar cat /etc/resolv.conf"), StringComparison.Ordinal);
        foreach ((string asked, string answer) in ((string, string)[])
            [("foo", foo), ("foo.weave.local", foo), (foo, "foo.weave.local"), ("outside.example", "198.51.100.1")])
        {
            Eventually.True(
                Soon,
                $"bar resolves {asked}",
                () => DockerHosts.TryOn(2, $"docker exec bar nslookup {asked}") is { ExitCode: 0 } found && found.Output.Contains(answer, StringComparison.Ordinal),
                () => DockerHosts.TryOn(2, $"docker exec bar nslookup {asked}").All);
        }
    }

    /// <summary>A second is the aim, and what is shown; the bound leaves room for a machine that has other things to do.</summary>
    [Fact]
    public void Ping_finds_a_container_from_its_start_to_its_death_on_every_host()
    {
        for (int host = 1; host <= DockerHosts.Count; host++)
        {
            Start(host, $"bar{host}", $"-h bar{host}.weave.local");
        }

        Task<DateTime>[] found = [.. Enumerable.Range(1, DockerHosts.Count).Select(host => When(host, "until ping -c 1 -W 1 foo >/dev/null 2>&1; do usleep 50000; done"))];
        string started = DockerHosts.On(2, "docker run --name foo --net=weave -h foo.weave.local $(weave dns-args) -td test sleep 600 >/dev/null; docker inspect -f '{{.State.StartedAt}}' foo");
        Judge("found", started, found);
        Task<DateTime>[] lost = [.. Enumerable.Range(1, DockerHosts.Count).Select(host => When(host, "while nslookup foo >/dev/null 2>&1; do usleep 50000; done"))];
        string died = DockerHosts.On(2, "docker kill foo >/dev/null; docker inspect -f '{{.State.FinishedAt}}' foo");
        Judge("lost", died, lost);

        Task<DateTime> When(int host, string line) => Task.Run(() =>
        {
            DockerHosts.On(host, $"timeout 30 docker exec bar{host} sh -c '{line}'");
            return DateTime.UtcNow;
        });

        void Judge(string what, string since, Task<DateTime>[] seen)
        {
            DateTime from = DateTime.Parse(since, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
            for (int host = 1; host <= DockerHosts.Count; host++)
            {
                TimeSpan after = seen[host - 1].GetAwaiter().GetResult() - from;
                _output.WriteLine($"host {host}: {what} after {after.TotalSeconds:0.00} s");
                Assert.True(after < Soon, $"host {host}: {what} after {after}");
            }
        }
    }

    /// <summary>The server is on the address of a bridge, which Linux would answer for on any link.</summary>
    [Fact]
    public void The_server_is_there_for_containers_and_for_no_other_host()
    {
        string foo = Start(1, "foo", "-h foo.weave.local");
        string server = DockerHosts.On(1, "curl -s 127.0.0.1:6784/dns-address");
        string host = DockerHosts.AddressOf(1);
        Assert.Equal(foo, Ask(1, "foo", $"@{server} foo.weave.local"));
        Assert.Equal(foo, Ask(1, "foo", $"@{server} +tcp foo.weave.local"));
        DockerHosts.Do("underlay", "ip", "route", "add", $"{server}/32", "via", host);
        try
        {
            DockerHosts.Do("underlay", "ping", "-c", "1", "-W", "5", server); // the way is open, and so it is the server that keeps silent
            foreach (string question in (string[])[$"@{server}", $"@{server} +tcp", $"@{host}", $"@{host} +tcp"])
            {
                Shell.Result asked = Shell.Try(
                    Shell.DefaultTimeout, Repository.Testbed, ["underlay", "dig", "+tries=1", "+time=2", .. question.Split(' '), "foo.weave.local"]);
                Assert.DoesNotContain(foo, asked.Output, StringComparison.Ordinal);
                Assert.DoesNotContain("status:", asked.Output, StringComparison.Ordinal);
            }
        }
        finally
        {
            DockerHosts.Do("underlay", "ip", "route", "del", $"{server}/32");
        }
    }

    [Fact]
    public void Names_added_by_hand_and_names_of_containers_survive_a_new_router()
    {
        string foo = Start(1, "foo", "-h foo.weave.local");
        Start(2, "bar", "-h bar.weave.local");
        DockerHosts.On(1, "weave dns-add 192.0.2.7 -h printer.weave.local");
        Eventually.True(Soon, "bar finds both", () => Ask(2, "bar", "foo.weave.local printer.weave.local") == $"{foo}\n192.0.2.7");
        DockerHosts.On(1, "docker kill weave >/dev/null; weave stop; weave launch");
        AwaitMesh();
        Eventually.True(Soon, "bar finds both again", () => Ask(2, "bar", "foo.weave.local printer.weave.local") == $"{foo}\n192.0.2.7", () => DockerHosts.On(2, "weave status dns"));
        Assert.Equal("192.0.2.7", DockerHosts.On(2, "weave dns-lookup printer"));
        DockerHosts.On(1, "weave dns-remove 192.0.2.7 -h printer.weave.local");
        Eventually.True(Soon, "the printer is forgotten", () => Ask(2, "bar", "printer.weave.local").Length == 0);
    }

    [Fact]
    public void An_alias_follows_a_name_to_whatever_container_has_it()
    {
        Start(2, "bar", "-h bar.weave.local");
        DockerHosts.On(1, "weave dns-alias foo.weave.local -h web.weave.local");
        string foo = Start(2, "foo", "-h foo.weave.local");
        Eventually.True(Soon, "bar finds foo by its alias", () => Ask(2, "bar", "web.weave.local") == foo, () => DockerHosts.On(1, "weave status dns"));
        DockerHosts.On(2, "docker rm -f foo");
        Eventually.True(Soon, "the alias names nobody", () => Ask(2, "bar", "web.weave.local").Length == 0);
        string next = Start(3, "next", "-h foo.weave.local");
        Eventually.True(Soon, "the alias names the next", () => Ask(2, "bar", "web.weave.local") == next, () => DockerHosts.On(1, "weave status dns"));
        DockerHosts.On(1, "weave dns-alias --remove foo.weave.local -h web.weave.local");
        Eventually.True(Soon, "the alias is gone", () => Ask(2, "bar", "web.weave.local").Length == 0);
        Shell.Result outside = DockerHosts.TryOn(1, "weave dns-alias example.org -h web.weave.local");
        Assert.Equal(1, outside.ExitCode);
        Assert.Contains("alias and target must be names in weave.local.", outside.Error, StringComparison.Ordinal);
    }

    /// <summary>Must never happen 12.</summary>
    [Fact]
    public void After_many_short_lives_beside_a_partition_the_records_are_exactly_the_living()
    {
        // Who owns the range must be agreed on while there is a majority.
        Parallel.For(1, DockerHosts.Count + 1, host => DockerHosts.On(host, "docker run --rm --net=weave test true"));
        DockerHosts.Do("link", "3", "down");
        Parallel.For(1, DockerHosts.Count + 1, host =>
        {
            for (int life = 1; life <= ShortLives / DockerHosts.Count; life++)
            {
                string name = $"c{life}-{host}";
                DockerHosts.On(host, $"docker run --net=weave --name {name} -h {name}.weave.local -d test sleep 600 >/dev/null");
                if (life % 8 != 0)
                {
                    DockerHosts.On(host, $"docker rm -f {name} >/dev/null");
                }
            }
        });
        string[] everybody = [.. Enumerable.Range(1, DockerHosts.Count)
            .SelectMany(host => Enumerable.Range(1, ShortLives / DockerHosts.Count).Select(life => $"c{life}-{host}.weave.local."))];
        string[] alive = [.. Enumerable.Range(1, DockerHosts.Count)
            .SelectMany(host => DockerHosts.On(host, "docker ps --format '{{.Names}}' | grep '^c'").Split('\n'))
            .Select(name => $"{name}.weave.local.").Order(StringComparer.Ordinal)];
        Assert.Equal(ShortLives / DockerHosts.Count / 8 * DockerHosts.Count, alive.Length);
        string living = string.Join('\n', alive);
        Stopwatch sinceHealed = Stopwatch.StartNew();
        DockerHosts.Do("link", "3", "up");
        AwaitMesh();
        _output.WriteLine($"connected {sinceHealed.Elapsed.TotalSeconds:0.0} s after the link was up");
        for (int host = 1; host <= DockerHosts.Count; host++)
        {
            int here = host;
            Eventually.True(Soon, $"host {here} knows exactly the living", () => Known(here) == living, () => $"known:\n{Known(here)}\nliving:\n{living}");
            _output.WriteLine($"host {here} right {sinceHealed.Elapsed.TotalSeconds:0.0} s after the link was up");
        }

        for (int host = 1; host <= DockerHosts.Count; host++)
        {
            string server = DockerHosts.On(host, "curl -s 127.0.0.1:6784/dns-address");
            Assert.Equal(alive.Length, Ask(host, $"c8-{host}", $"@{server} {string.Join(' ', alive)}").Split('\n').Length);
            Assert.Empty(Ask(host, $"c8-{host}", $"@{server} {string.Join(' ', everybody.Except(alive))}"));
        }

        static string Known(int host) => string.Join('\n', DockerHosts.On(host, "weave status dns | awk '$1 ~ /^c/ { print $1 }'")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(name => name.EndsWith('.') ? name : $"{name}.weave.local.").Order(StringComparer.Ordinal));
    }

    private static string Start(int host, string name, string arguments)
    {
        DockerHosts.On(host, $"docker run --name {name} --net=weave {arguments} $(weave dns-args) -td test sleep 600");
        return DockerHosts.On(host, $"docker inspect -f '{{{{(index .NetworkSettings.Networks \"weave\").IPAddress}}}}' {name}");
    }

    private static string Ask(int host, string container, string question) => Dig(host, container, $"+short {question}");

    private static string Dig(int host, string container, string question) =>
        DockerHosts.On(host, $"docker exec {container} dig +tries=1 +time=2 {question}");

    private static void AwaitMesh()
    {
        for (int host = 1; host <= DockerHosts.Count; host++)
        {
            int here = host;
            Eventually.True(Reconnection, $"host {here} is connected", () => DockerHosts.On(here, "weave status connections | grep -c established || true") == $"{DockerHosts.Count - 1}", () => DockerHosts.On(here, "weave status connections"));
        }
    }
}
