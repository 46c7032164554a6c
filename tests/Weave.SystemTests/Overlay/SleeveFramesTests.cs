using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Weave.Core.Primitives;
using Weave.Linux.NetNs;
using Weave.Linux.Packet;
using Weave.SystemTests.Support;
using Weave.Wire.Packet;
using Weave.Wire.Primitives;
using Weave.Wire.Sleeve;

namespace Weave.SystemTests.Overlay;

/// <summary>Sleeve moves what the fast datapath moves: frames with tags, IPv6, addresses that change hosts; and takes nothing from strangers.</summary>
public sealed class SleeveFramesTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    /// <summary>As a virtual address does when its router fails: the same MAC address, at another host.</summary>
    [Fact]
    public void A_mac_address_that_moves_to_another_host_is_reached_there_at_once()
    {
        using SleeveHosts hosts = new("wslm", 3, 1500, Key);
        hosts.WaitUntilEstablished();
        const string Virtual = "10.40.0.99";
        foreach (int host in (int[])[1, 3, 1])
        {
            hosts.In(host, $"ip link add vip link ethwe type macvlan mode bridge; ip link set vip address 00:00:5e:00:01:07 up; ip addr add {Virtual}/24 dev vip; arping -q -c 2 -w 2 -A -I vip {Virtual} || true");
            Eventually.True(
                TimeSpan.FromSeconds(5),
                $"the address is reached at host {host}",
                () => hosts.TryIn(2, $"ping -c 1 -W 1 {Virtual}").ExitCode == 0,
                hosts.Describe);
            hosts.In(host, "ip link del vip");
        }
    }

    [Fact]
    public void The_sender_of_an_ipv6_packet_that_does_not_fit_is_told_and_streams_are_fast()
    {
        using SleeveHosts hosts = new("wsln", 2, 1500, Key);
        hosts.WaitUntilEstablished();
        hosts.WaitUntilSettled(1414);
        foreach (int host in (int[])[1, 2])
        {
            hosts.In(host, $"ip addr add fd00::{host}/64 dev ethwe nodad");
        }

        hosts.In(1, "ping -6 -c 3 -i 0.2 -W 5 fd00::2");
        Shell.Result refused = hosts.TryIn(1, "ping -6 -c 2 -i 0.2 -W 2 -M do -s 4000 fd00::2");
        Assert.Contains("1414", refused.All, StringComparison.Ordinal);
        hosts.In(1, "ping -6 -c 2 -i 0.2 -W 5 -s 4000 fd00::2");
        Transfer(hosts.Container(1), hosts.Container(2), "TCP6-LISTEN:7000", "TCP6:[fd00::2]:7000", 50_000_000, TimeSpan.FromSeconds(20));
    }

    /// <summary>
    /// Beside the fast datapath the kernel keeps the tag apart, and writes it behind our header; alone, we cut super-packets
    /// with tags up. In place of a container is a device whose frames are ours to make.
    /// </summary>
    [Theory]
    [InlineData("")]
    [InlineData("--no-fastdp")]
    public void Frames_with_tags_arrive_as_they_were_sent(string flags)
    {
        using BareRouters hosts = Two($"--password=secret {flags}");
        using TapDevice here = Tap(1);
        using TapDevice there = Tap(2);
        foreach (string tags in (string[])["", "81000064", "88a80064", "88a8006481000065"])
        {
            byte[] arp = Frame(tags, 0x0806, 46);
            Send(here, default, arp);
            Assert.True(Arrives(there, arp), $"{tags}: ARP\n{hosts.Describe()}");
            byte[] other = Frame(tags, 0x88B5, 1200);
            Send(here, default, other);
            Assert.True(Arrives(there, other), $"{tags}: a big one\n{hosts.Describe()}");
        }

        SendSuperPacket(here, there, hosts);
    }

    /// <summary>TCP from a device with a tag, left to the card to cut up.</summary>
    private static void SendSuperPacket(TapDevice here, TapDevice there, BareRouters hosts)
    {
        const int Payload = 3000;
        const int Segment = 1000;
        byte[] super = Frame("81000064", EthernetFrame.Ipv4, 40 + Payload);
        Span<byte> ip = super.AsSpan(18);
        ip[..40].Clear();
        ip[0] = 0x45;
        ip[8] = 64;
        ip[9] = Ipv4Packet.Tcp;
        ip[32] = 0x50;
        ip[33] = 0x10;
        Ipv4Address.Parse("10.50.0.1").Write(ip[12..]);
        Ipv4Address.Parse("10.50.0.2").Write(ip[16..]);
        Ipv4Packet.Rewrite(ip[..20], 40 + Payload, 1, Ipv4Packet.DontFragmentFlag);
        BinaryPrimitives.WriteUInt16BigEndian(ip[36..], InternetChecksum.Fold(InternetChecksum.PseudoHeader(ip, Ipv4Packet.Tcp, 20 + Payload)));
        Send(here, new VirtioNetHeader(VirtioNetHeader.NeedsChecksum, VirtioNetHeader.SegmentTcp4, 58, Segment, 38, 16), super);
        int seen = 0;
        for (int offset = 0; offset < Payload; offset += Segment)
        {
            byte[] expected = super.AsSpan(58 + offset, Segment).ToArray();
            seen += Arrives(there, frame => frame.Length == 58 + Segment && frame.AsSpan(12, 6).SequenceEqual(super.AsSpan(12, 6)) && frame.AsSpan(58).SequenceEqual(expected)) ? 1 : 0;
        }

        Assert.True(seen == Payload / Segment, $"{seen} segments arrived\n{hosts.Describe()}");
    }

    private static TapDevice Tap(int host)
    {
        TapDevice tap = new NetworkNamespaces().Run($"/var/run/netns/wbare{host}", () => TapDevice.Create("tagged"));
        Shell.Bash($"ip -n wbare{host} link set tagged mtu 9000 master weave up");
        return tap;
    }

    private static byte[] Frame(string tags, ushort type, int payload)
    {
        byte[] frame = new byte[EthernetFrame.HeaderSize + payload];
        new SeededRandom((ulong)(type + payload)).Fill(frame);
        EthernetFrame.WriteHeader(frame, new MacAddress(0xFFFF_FFFF_FFFF), new MacAddress(0x02AA_0000_0001), type);
        return [.. frame[..12], .. Convert.FromHexString(tags), .. frame[12..]];
    }

    private static unsafe void Send(TapDevice tap, VirtioNetHeader header, byte[] frame)
    {
        byte[] whole = new byte[VirtioNetHeader.Size + frame.Length];
        header.Write(whole);
        frame.CopyTo(whole, VirtioNetHeader.Size);
        fixed (byte* bytes = whole)
        {
            IoVector piece = new(bytes, whole.Length);
            Assert.True(tap.Write(new ReadOnlySpan<IoVector>(in piece)));
        }
    }

    private static bool Arrives(TapDevice tap, byte[] frame) => Arrives(tap, came => came.AsSpan().SequenceEqual(frame));

    /// <summary>Whatever else the bridge shows meanwhile is passed over.</summary>
    private static bool Arrives(TapDevice tap, Func<byte[], bool> expected)
    {
        byte[] buffer = new byte[70_000];
        while (tap.Wait(TimeSpan.FromSeconds(3)))
        {
            int length = tap.Read(buffer);
            if (length > VirtioNetHeader.Size && expected(buffer[VirtioNetHeader.Size..length]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Each is reached at an address of its loopback device alone, and sends from that of its network card.</summary>
    [Theory]
    [InlineData("", "fastdp")]
    [InlineData("--password=secret", "encrypted sleeve")]
    public void A_peer_that_is_reached_by_a_routed_loopback_address_is_reached(string flags, string how)
    {
        using BareRouters hosts = new(2);
        Shell.Bash("""
            set -e
            for i in 1 2; do
              ip netns exec wbare$i bash -c 'echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter; echo 0 > /proc/sys/net/ipv4/conf/eth0/rp_filter'
              ip -n wbare$i addr flush dev eth0; ip -n wbare$i addr add 10.78.$i.1/32 dev eth0; ip -n wbare$i addr add 10.99.0.$i/32 dev lo
            done
            ip -n wbare1 route add 10.99.0.2/32 dev eth0
            ip -n wbare2 route add 10.78.1.1/32 dev eth0
            """);
        hosts.Start(2, $"--no-dns {flags}");
        hosts.Start(1, $"--no-dns {flags} 10.99.0.2");
        BareRouters.Container(1, "10.32.0.1/12");
        BareRouters.Container(2, "10.32.0.2/12");
        Eventually.True(Soon, "the hosts are connected", () => BareRouters.Connections(1).Contains($"established {how}", StringComparison.Ordinal), hosts.Describe);
        Eventually.True(TimeSpan.FromSeconds(15), "containers talk", () => BareRouters.Reaches(1, "10.32.0.2"), hosts.Describe);
        Assert.Contains("10 received", BareRouters.TryInContainer(1, "ping -c 10 -i 0.5 -W 1 10.32.0.2").Output, StringComparison.Ordinal);
        Assert.Contains($"established {how}", BareRouters.Connections(1), StringComparison.Ordinal);
    }

    /// <summary>In the clear a datagram has a name on it and nothing else. Host 3 is no peer.</summary>
    [Fact]
    public void What_a_stranger_sends_in_the_name_of_a_peer_reaches_nobody()
    {
        using BareRouters hosts = Two("--no-fastdp", 3);
        Shell.Bash("ip netns exec wbarec1 nft -f - <<< 'table ip t { chain c { type filter hook input priority 0; udp dport 7777 counter; }; }'");
        long before = BareRouters.SleeveEvents(1, "misplaced");
        MacAddress container = MacAddress.TryParse(BareRouters.TryInContainer(1, "cat /sys/class/net/ethwe/address").Output.Trim(), out MacAddress mac) ? mac : default;
        byte[] datagram = Forged(container);
        new NetworkNamespaces().Run("/var/run/netns/wbare3", () =>
        {
            using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            for (int i = 0; i < 10; i++)
            {
                socket.SendTo(datagram, new IPEndPoint(IPAddress.Parse(BareRouters.AddressOf(1)), 6783));
            }

            return 0;
        });
        Eventually.True(Soon, "all were refused", () => BareRouters.SleeveEvents(1, "misplaced") == before + 10, hosts.Describe);
        Assert.Contains("packets 0 bytes 0", BareRouters.TryInContainer(1, "nft list table ip t").Output, StringComparison.Ordinal);
        Assert.True(BareRouters.Reaches(1, "10.32.0.2"));
    }

    private static byte[] Forged(MacAddress container)
    {
        byte[] udp = [0x9c, 0x40, 0x1e, 0x61, 0, 12, 0, 0, 1, 2, 3, 4];
        byte[] ip = new byte[20];
        ip[0] = 0x45;
        ip[8] = 64;
        ip[9] = Ipv4Packet.Udp;
        Ipv4Address.Parse("10.32.0.2").Write(ip.AsSpan(12));
        Ipv4Address.Parse("10.32.0.1").Write(ip.AsSpan(16));
        Ipv4Packet.Rewrite(ip, ip.Length + udp.Length, 1, 0);
        byte[] ethernet = new byte[EthernetFrame.HeaderSize];
        EthernetFrame.WriteHeader(ethernet, container, new MacAddress(0x02DE_AD00_0002), EthernetFrame.Ipv4);
        byte[] frame = [.. ethernet, .. ip, .. udp];
        byte[] front = new byte[SleeveDatagram.PlainHeaderSize + SleeveFrame.HeaderSize];
        new PeerName(2).Write(front);
        SleeveFrame.WriteHeader(front.AsSpan(SleeveDatagram.PlainHeaderSize), new PeerName(2), new PeerName(1), frame.Length);
        return [.. front, .. frame];
    }

    private static BareRouters Two(string flags, int hosts = 2)
    {
        BareRouters routers = new(hosts);
        routers.Start(1, $"--no-dns {flags}");
        routers.Start(2, $"--no-dns {flags} {BareRouters.AddressOf(1)}");
        BareRouters.Container(1, "10.32.0.1/12");
        BareRouters.Container(2, "10.32.0.2/12");
        Eventually.True(Soon, "containers talk", () => BareRouters.Reaches(1, "10.32.0.2"), routers.Describe);
        return routers;
    }

    /// <summary>So many bytes, compared at the other end, in the time that they may take.</summary>
    private static void Transfer(string from, string to, string listen, string connect, int bytes, TimeSpan limit)
    {
        string sums = Shell.Bash($"""
            f=$(mktemp); head -c {bytes} /dev/urandom > $f
            ip netns exec {to} timeout {limit.TotalSeconds} socat -u {listen},reuseaddr CREATE:$f.got & l=$!
            for i in $(seq 100); do ip netns exec {to} ss -Hltn sport 7000 | grep -q . && break; sleep 0.1; done
            ip netns exec {from} timeout {limit.TotalSeconds} socat -u FILE:$f {connect}
            wait $l; md5sum < $f; md5sum < $f.got; rm $f $f.got
            """);
        string[] lines = sums.Split('\n');
        Assert.True(lines.Length == 2 && lines[0] == lines[1], $"what arrived is not what was sent: {sums}");
    }
}
