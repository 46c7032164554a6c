using System.Globalization;
using Weave.SystemTests.Support;

namespace Weave.SystemTests.Names;

/// <summary>Names of real containers, on three Docker hosts, with dig as the second witness.</summary>
[Collection(DockerHosts.Name)]
[Trait("Docker", "Any")]
public sealed class DockerNamesTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Reconnection = TimeSpan.FromSeconds(90);

    /// <summary>Containers that live for a moment; WEAVE_SHORT_LIVES asks for more of them.</summary>
    private static readonly int ShortLives =
        int.Parse(Environment.GetEnvironmentVariable("WEAVE_SHORT_LIVES") ?? "48", CultureInfo.InvariantCulture);

    public DockerNamesTests(DockerHosts hosts)
    {
        ArgumentNullException.ThrowIfNull(hosts);
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
        DockerHosts.Do("link", "3", "up");
        AwaitMesh();
        string living = string.Join('\n', Enumerable.Range(1, DockerHosts.Count)
            .SelectMany(host => DockerHosts.On(host, "docker ps --format '{{.Names}}' | grep '^c'").Split('\n'))
            .Select(name => $"{name}.weave.local.").Order(StringComparer.Ordinal));
        Assert.Equal(ShortLives / DockerHosts.Count / 8 * DockerHosts.Count, living.Split('\n').Length);
        for (int host = 1; host <= DockerHosts.Count; host++)
        {
            int here = host;
            Eventually.True(Soon, $"host {here} knows exactly the living", () => Known(here) == living, () => $"known:\n{Known(here)}\nliving:\n{living}");
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
