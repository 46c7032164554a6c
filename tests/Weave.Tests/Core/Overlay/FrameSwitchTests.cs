using Weave.Core.Overlay;
using Weave.Core.Primitives;
using Weave.Wire.Packet;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Overlay;

/// <summary>Addresses that move between hosts, and frames that only seem to say so.</summary>
public sealed class FrameSwitchTests
{
    private static readonly PeerName Self = new(1);
    private static readonly PeerName Other = new(2);
    private static readonly MacAddress Moving = new(0x0200_0000_0009);
    private static readonly MacAddress Silent = new(0x0200_0000_0008);
    private static readonly MacAddress Everybody = new(0xFFFF_FFFF_FFFF);

    private readonly MacTable _macs = new();
    private readonly FrameSwitch _switch;
    private TimeSpan _now = TimeSpan.FromSeconds(1);

    public FrameSwitchTests() => _switch = new FrameSwitch(_macs, Self);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(500)]
    [InlineData(60_000)]
    public void An_address_that_moved_here_is_heard_at_once(int milliseconds)
    {
        Receive(Announcement(1));
        _now += TimeSpan.FromMilliseconds(milliseconds);
        Assert.Equal(Verdict.Flood, Capture(Announcement(2)));
        Assert.Equal(Self, Owner());
    }

    /// <summary>Two routers that share a virtual address: the one that takes over speaks while the other still does.</summary>
    [Fact]
    public void An_address_that_is_spoken_for_at_both_hosts_goes_to_and_fro_and_both_are_heard()
    {
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(Verdict.InjectAndFlood, Receive(Announcement(i * 2)));
            Assert.Equal(Other, Owner());
            Assert.Equal(Verdict.Flood, Capture(Announcement((i * 2) + 1)));
            Assert.Equal(Self, Owner());
            _now += TimeSpan.FromMilliseconds(10);
        }
    }

    [Fact]
    public void An_address_that_moved_away_is_followed_and_its_frames_come_in()
    {
        Capture(Announcement(1));
        Assert.Equal(Verdict.InjectAndFlood, Receive(Announcement(2)));
        Assert.Equal(Other, Owner());
        Assert.Equal(Verdict.Unicast, _switch.OnCaptured(_now, Silent, Moving, out PeerName peer));
        Assert.Equal(Other, peer);
    }

    /// <summary>Our own bridge in hairpin mode, or a loop behind it.</summary>
    [Fact]
    public void A_frame_that_we_brought_in_and_that_comes_back_from_the_bridge_is_not_sent_out_and_moves_nothing()
    {
        foreach (byte[] frame in (byte[][])[Announcement(1), ToSilent(Tcp(1000)), ToSilent(Tcp(0))])
        {
            Receive(frame);
            _now += TimeSpan.FromMilliseconds(300);
            Assert.Equal(Verdict.Drop, Capture(frame));
            Assert.Equal(Verdict.Drop, Capture(frame));
            Assert.Equal(Other, Owner());
        }
    }

    [Fact]
    public void Segments_that_the_kernel_joined_are_still_an_echo()
    {
        byte[] whole = ToSilent(Tcp(3000));
        foreach (byte[] segment in TcpFrames.Cut(whole, 1000))
        {
            Receive(segment);
        }

        Assert.Equal(Verdict.Drop, Capture(whole));
    }

    /// <summary>The bridge of another host sends our flooded frame back: with that host's name on it, our container would seem to be there.</summary>
    [Fact]
    public void An_echo_of_our_own_flood_takes_no_address_away()
    {
        byte[] frame = Announcement(1);
        Assert.Equal(Verdict.Flood, Capture(frame));
        Assert.Equal(Verdict.Drop, Receive(frame));
        Assert.Equal(Self, Owner());
        Assert.Equal(Verdict.Flood, Capture(Announcement(2)));
    }

    [Fact]
    public void What_comes_again_after_a_while_is_no_echo()
    {
        byte[] frame = Announcement(1);
        Receive(frame);
        _now += TimeSpan.FromSeconds(1.1);
        Assert.Equal(Verdict.Flood, Capture(frame));
        _now += TimeSpan.FromSeconds(1.1);
        Assert.Equal(Verdict.InjectAndFlood, Receive(frame));
    }

    /// <summary>Two hosts that both send back whatever they get, and one broadcast.</summary>
    [Fact]
    public void A_frame_between_two_bridges_that_send_back_ends()
    {
        FrameSwitch there = new(new MacTable(), Other);
        byte[] frame = Announcement(1);
        Assert.Equal(Verdict.Flood, Capture(frame));
        Assert.Equal(Verdict.InjectAndFlood, there.OnReceived(_now, Self, Other, Moving, Everybody, frame));
        Assert.Equal(Verdict.Drop, there.OnCaptured(_now, Moving, Everybody, out _, frame));
    }

    [Fact]
    public void A_frame_costs_no_memory()
    {
        byte[] frame = Announcement(1);
        Support.Allocations.Allocates(0, () =>
        {
            Receive(frame);
            Capture(frame);
        });
    }

    private Verdict Capture(byte[] frame) =>
        _switch.OnCaptured(_now, MacAddress.Read(frame.AsSpan(6)), MacAddress.Read(frame), out _, frame);

    private Verdict Receive(byte[] frame) =>
        _switch.OnReceived(_now, Other, Self, MacAddress.Read(frame.AsSpan(6)), MacAddress.Read(frame), frame);

    private PeerName Owner()
    {
        Assert.True(_macs.TryFind(Moving, out PeerName peer));
        return peer;
    }

    private static byte[] Announcement(int number)
    {
        byte[] frame = new byte[60];
        EthernetFrame.WriteHeader(frame, Everybody, Moving, 0x0806);
        frame[40] = (byte)number;
        return frame;
    }

    private static byte[] Tcp(int payload) => TcpFrames.Random(new SeededRandom(7), payload);

    private static byte[] ToSilent(byte[] frame)
    {
        EthernetFrame.WriteHeader(frame, Silent, Moving, EthernetFrame.Ipv4);
        return frame;
    }
}
