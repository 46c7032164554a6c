using Weave.SystemTests.Support;

namespace Weave.SystemTests.Overlay;

/// <summary>Routers that do not run for a while, as on a host that swaps or is suspended, take nobody for dead.</summary>
public sealed class StarvedTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    /// <summary>Longer than all patience is at once: who declares somebody dead has done so by then.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(65);

    [Theory]
    [Trait("Run", "OnDemand")]
    [InlineData("--no-dns --password=secret", 70)]
    [InlineData("--no-dns --no-fastdp", 61)]
    [InlineData("--no-dns", 70)]
    public void The_connection_stays_when_both_ends_are_stopped(string options, int seconds)
    {
        using BareRouters hosts = new(2);
        hosts.Start(1, $"{options} {BareRouters.AddressOf(2)}");
        hosts.Start(2, options);
        BareRouters.Container(1, "10.32.0.1/12");
        BareRouters.Container(2, "10.32.0.2/12");
        Eventually.True(Soon, "containers talk", () => BareRouters.Reaches(1, "10.32.0.2"), hosts.Describe);
        string before = ConnectedTo(2);

        Signal(hosts, "STOP");
        Thread.Sleep(TimeSpan.FromSeconds(seconds));
        Signal(hosts, "CONT");
        Eventually.True(TimeSpan.FromSeconds(10), "containers talk again", () => BareRouters.Reaches(1, "10.32.0.2"), hosts.Describe);
        Thread.Sleep(Aftermath);
        Assert.Equal(before, ConnectedTo(2));
        Assert.True(BareRouters.Reaches(1, "10.32.0.2"), hosts.Describe());
    }

    /// <summary>Where from the accepting router sees its connection: another one would come from another port.</summary>
    private static string ConnectedTo(int host)
    {
        string[] words = BareRouters.Connections(host).Split(' ', '\n');
        Assert.Contains("established", words);
        return words[1];
    }

    private static void Signal(BareRouters hosts, string name)
    {
        foreach (int host in (int[])[1, 2])
        {
            Shell.Run("kill", $"-{name}", $"{hosts.Pid(host)}");
        }
    }
}
