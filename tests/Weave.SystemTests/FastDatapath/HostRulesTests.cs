using Weave.Linux.Bpf;
using Weave.SystemTests.Support;
using Weave.Wire.Vxlan;

namespace Weave.SystemTests.FastDatapath;

/// <summary>What the host translates and forbids, where frames could skip its bridge.</summary>
public sealed class HostRulesTests : IDisposable
{
    private const string Service = "10.96.0.50";

    private readonly OverlayWorld _world = new OverlayWorld(2).FullMesh();

    public HostRulesTests()
    {
        foreach (OverlayHost host in (OverlayHost[])[_world[1], _world[2]])
        {
            host.Run(() =>
            {
                host.Datapath.AttachPort(host.Veth);
                return 0;
            });
            OverlayHost.InNamespace(host.Name, "sysctl -qw net.ipv4.ip_forward=1 net.bridge.bridge-nf-call-iptables=1");
        }

        Assert.True(Reaches(_world[2].ContainerAddress.ToString()), "containers talk");
    }

    public void Dispose() => _world.Dispose();

    /// <summary>The answer comes from somebody else than was asked, straight from the other host.</summary>
    [Theory]
    [InlineData("tcp", "TCP")]
    [InlineData("udp", "UDP")]
    public void A_connection_that_the_host_translates_to_another_host_is_answered(string protocol, string socket)
    {
        OverlayHost.InNamespace(_world[1].Name, $"iptables -t nat -A PREROUTING -d {Service} -p {protocol} --dport 80 -j DNAT --to {_world[2].ContainerAddress}:8080");
        RouteThroughHost();
        string server = OverlayHost.InNamespace(_world[2].Container, $"timeout 60 socat {socket}4-LISTEN:8080,fork,reuseaddr SYSTEM:'read question; echo well' >/dev/null 2>&1 & echo $!");
        Eventually.True(TimeSpan.FromSeconds(10), "the service is up", () => Ask(socket, $"{_world[2].ContainerAddress}:8080") == "well");
        ulong direct = _world[1].Count(DatapathCounter.DeliveredDirect);
        Assert.Equal("well", Ask(socket, $"{_world[2].ContainerAddress}:8080"));
        Assert.True(_world[1].Count(DatapathCounter.DeliveredDirect) > direct, "what is not translated skips the bridge");
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal("well", Ask(socket, $"{Service}:80"));
        }

        Shell.Run("kill", server);
    }

    [Fact]
    public void A_ping_that_the_host_translates_is_answered()
    {
        OverlayHost.InNamespace(_world[1].Name, $"iptables -t nat -A PREROUTING -d {Service} -p icmp -j DNAT --to {_world[2].ContainerAddress}");
        RouteThroughHost();
        Assert.True(Reaches(Service), "the answer was translated back");
    }

    [Fact]
    public void Frames_pass_the_bridge_on_either_host_when_that_has_rules_for_them()
    {
        string forbidden = _world[2].ContainerAddress.ToString();
        foreach (OverlayHost host in (OverlayHost[])[_world[1], _world[2]])
        {
            OverlayHost.InNamespace(host.Name, $"iptables -A FORWARD -s {_world[1].ContainerAddress} -d {forbidden} -j DROP");
            Assert.True(Reaches(forbidden), "frames skip the bridge");
            host.Datapath.Tables.SetBridged(BridgedFrames.Ipv6);
            Assert.True(Reaches(forbidden), "IPv4 skips the bridge");
            host.Datapath.Tables.SetBridged(BridgedFrames.All);
            Assert.False(Reaches(forbidden), $"the rule of {host.Name} holds");
            host.Datapath.Tables.SetSelf(host.Id);
            Assert.False(Reaches(forbidden), $"the rule of {host.Name} holds after a new beginning");
            host.Datapath.Tables.SetBridged(BridgedFrames.None);
            Assert.True(Reaches(forbidden), "frames skip the bridge again");
            OverlayHost.InNamespace(host.Name, "iptables -F FORWARD");
        }
    }

    private void RouteThroughHost() => OverlayHost.InNamespace(_world[1].Container, $"ip route replace 10.96.0.0/16 via {_world[1].HostAddress}");

    private string Ask(string socket, string where) =>
        Shell.Try(Shell.DefaultTimeout, "ip", "netns", "exec", _world[1].Container, "bash", "-c", $"echo hello | socat -t 0.5 -T 2 - {socket}4:{where}{(socket == "TCP" ? ",connect-timeout=2" : "")}").Output.Trim();

    private bool Reaches(string address) => _world[1].ExecContainer("ping", "-c", "2", "-i", "0.05", "-W", "1", address).ExitCode == 0;
}
