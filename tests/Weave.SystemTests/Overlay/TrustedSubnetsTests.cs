using System.Text;
using Weave.SystemTests.Support;

namespace Weave.SystemTests.Overlay;

/// <summary>A mesh of encrypted and plain connections: in the clear is only what both ends trust.</summary>
public sealed class TrustedSubnetsTests
{
    private const string Canary = "CANARY-IN-A-MINE";
    private const string Common = "--no-dns --no-discovery --password=secret";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    /// <summary>Three hosts in a line. The first two trust each other; the second trusts the third, which trusts nobody.</summary>
    [Theory]
    [InlineData("", "unencrypted fastdp")]
    [InlineData("--no-fastdp", "unencrypted sleeve")]
    public void Only_the_connection_that_both_ends_trust_is_in_the_clear_and_frames_are_relayed_between_the_kinds(string flags, string trusted)
    {
        using BareRouters hosts = new(3);
        using Capture clear = new("wbaresw", "p1");
        using Capture hidden = new("wbaresw", "p3");
        hosts.Start(1, $"{Common} {flags} --trusted-subnets={BareRouters.AddressOf(2)}/32");
        hosts.Start(2, $"{Common} {flags} --trusted-subnets={BareRouters.AddressOf(1)}/32,{BareRouters.AddressOf(3)}/32 {BareRouters.AddressOf(1)}");
        hosts.Start(3, $"{Common} {flags} {BareRouters.AddressOf(2)}");
        for (int host = 1; host <= 3; host++)
        {
            BareRouters.Container(host, $"10.32.0.{host}/12");
        }

        Eventually.True(Soon, "the trusted connection is plain", () => Says(1, trusted) && Says(2, trusted), hosts.Describe);
        Eventually.True(Soon, "the other is encrypted", () => Says(2, "encrypted sleeve") && Says(3, "encrypted sleeve"), hosts.Describe);
        foreach ((int from, int to) in new[] { (1, 2), (2, 1), (2, 3), (3, 1), (1, 3) })
        {
            string ping = $"ping -c 1 -W 2 -s 1000 -p {Convert.ToHexString(Encoding.ASCII.GetBytes(Canary))} 10.32.0.{to}";
            Eventually.True(Soon, $"container {from} reaches {to}", () => BareRouters.TryInContainer(from, ping).ExitCode == 0, hosts.Describe);
        }

        Eventually.True(Soon, "data between those who trust is seen", () => clear.Saw(Canary));
        Assert.True(hidden.Count("udp port 6783") > 4, "hardly any datagram was captured");
        Assert.False(hidden.Saw(Canary), "data was seen in the clear where only one end trusts");
    }

    private static bool Says(int host, string words) => BareRouters.Connections(host).Contains($"established {words}", StringComparison.Ordinal);
}
