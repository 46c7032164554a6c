using Weave.Linux.Netlink;
using Weave.Overlay.Fast;
using Weave.Wire.Primitives;

namespace Weave.Tests.Overlay.Fast;

/// <summary>Whose an address on the bridge is.</summary>
public sealed class MacOwnersTests
{
    private const int Bridge = 2;
    private static readonly Link TheBridge = new(Bridge, "weave", "bridge", new MacAddress(0x02_01), 1376, true, 0, 0);

    private readonly MacOwners _owners = new();

    [Fact]
    public void The_addresses_of_bridge_ports_and_what_stands_on_the_bridge_are_the_hosts()
    {
        Link vlan = new(30, "weave.5", "vlan", new MacAddress(0x02_30), 1376, true, 0, Bridge);
        Link other = new(31, "docker0", "bridge", new MacAddress(0x02_31), 1500, true, 0, 0);
        Assert.Equal(
            new Dictionary<MacAddress, int> { [new(0x02_01)] = MacOwners.Host, [new(0x02_10)] = MacOwners.Host, [new(0x02_30)] = MacOwners.Host, [new(0xA)] = 10 },
            Look(port => 0xA, Port(10, 1), vlan, other));
    }

    [Fact]
    public void A_container_that_takes_the_address_of_the_bridge_does_not_get_it() =>
        Assert.Equal(MacOwners.Host, Look(_ => 0x02_01, Port(10, 1))[new MacAddress(0x02_01)]);

    [Fact]
    public void Who_has_an_address_keeps_it_while_he_lives()
    {
        Assert.Equal(20, Look(_ => 0xA, Port(20, 1))[new MacAddress(0xA)]);
        Assert.Equal(20, Look(_ => 0xA, Port(10, 2), Port(20, 1))[new MacAddress(0xA)]);
        Assert.Equal(10, Look(_ => 0xA, Port(10, 2))[new MacAddress(0xA)]);
    }

    [Fact]
    public void Interfaces_of_one_container_may_share_an_address() =>
        Assert.DoesNotContain(new MacAddress(0xA), Look(_ => 0xA, Port(10, 1), Port(11, 1)).Keys);

    [Fact]
    public void A_container_whose_interface_cannot_be_seen_owns_nothing() =>
        Assert.DoesNotContain(10, _owners.Look([TheBridge, Port(10, 1)], Bridge, _ => null).Values);

    private IReadOnlyDictionary<MacAddress, int> Look(Func<Link, ulong> mac, params Link[] links) =>
        _owners.Look([TheBridge, .. links], Bridge, port => port with { Mac = new MacAddress(mac(port)) });

    private static Link Port(int index, int space) =>
        new(index, $"veth{index}", "veth", new MacAddress(0x02_00 + Convert.ToUInt64($"{index}", 16)), 1376, true, Bridge, 99) { PeerNamespace = space };
}
