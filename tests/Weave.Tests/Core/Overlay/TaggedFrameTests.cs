using System.Buffers.Binary;
using Weave.Core.Overlay;
using Weave.Core.Primitives;
using Weave.Wire.Packet;
using Weave.Wire.Primitives;
using Weave.Wire.Vxlan;

namespace Weave.Tests.Core.Overlay;

/// <summary>Frames with VLAN tags are treated as those without, and keep their tags.</summary>
public sealed class TaggedFrameTests
{
    public static TheoryData<string> Tags => new() { "", "81000064", "88a80064", "88a8006481000065" };

    [Theory]
    [MemberData(nameof(Tags))]
    public void Tags_are_counted(string tags)
    {
        byte[] frame = Tagged(Arp(), tags);
        Assert.Equal(tags.Length / 2, EthernetFrame.TagsOf(frame));
        Assert.Equal(0, EthernetFrame.TagsOf(frame.AsSpan(0, 13)));
    }

    [Theory]
    [MemberData(nameof(Tags))]
    public void A_frame_is_handed_over_with_its_tags_where_they_belong(string tags)
    {
        byte[] frame = Tagged(Arp(), tags);
        HandoverHeader header = new(new ShortId(1), new ShortId(2), new ShortId(3), 64);
        byte[] handedOver = KernelHandsOver(header, frame);
        Assert.True(HandoverHeader.TryTake(handedOver, out HandoverHeader read, out Span<byte> taken));
        Assert.Equal(header, read);
        Assert.Equal(Convert.ToHexString(frame), Convert.ToHexString(taken));
    }

    [Fact]
    public void What_is_cut_short_behind_a_tag_is_no_frame()
    {
        byte[] handedOver = KernelHandsOver(new HandoverHeader(new ShortId(1), new ShortId(2), new ShortId(3), 64), Tagged(Arp(), "81000064"));
        for (int length = 0; length < 30; length++)
        {
            Assert.False(HandoverHeader.TryTake(handedOver.AsSpan(0, length).ToArray(), out _, out _) && length >= 16, $"{length}");
        }
    }

    [Theory]
    [MemberData(nameof(Tags))]
    public void A_super_packet_is_cut_as_without_tags(string tags)
    {
        byte[] plain = TcpFrames.Random(new SeededRandom(3), 5000);
        List<byte[]> expected = [.. TcpFrames.Cut(plain, 1000).Select(segment => Tagged(segment, tags))];
        Assert.Equal(expected, TcpFrames.Cut(Tagged(plain, tags), 1000));
    }

    [Theory]
    [MemberData(nameof(Tags))]
    public void A_packet_is_fragmented_as_without_tags_into_pieces_that_fit(string tags)
    {
        byte[] plain = TcpFrames.Random(new SeededRandom(4), 5000);
        TcpFrames.MakeUdp(plain);
        int tagBytes = tags.Length / 2;
        List<byte[]> expected = [.. Fragments(plain, 1414 - tagBytes).Select(piece => Tagged(piece, tags))];
        List<byte[]> pieces = Fragments(Tagged(plain, tags), 1414);
        Assert.Equal(expected, pieces);
        Assert.True(pieces.TrueForAll(piece => piece.Length <= 1414 + EthernetFrame.HeaderSize));
    }

    [Theory]
    [MemberData(nameof(Tags))]
    public void The_answer_to_what_is_too_big_has_the_tags_and_says_what_fits_with_them(string tags)
    {
        byte[] plain = TcpFrames.Random(new SeededRandom(5), 5000);
        byte[] target = new byte[IcmpFragmentationNeeded.MaxSize];
        int length = IcmpFragmentationNeeded.Write(plain, 1414 - (tags.Length / 2), target);
        byte[] expected = Tagged(target[..length], tags);
        length = IcmpFragmentationNeeded.Write(Tagged(plain, tags), 1414, target);
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(target.AsSpan(0, length)));
    }

    /// <summary>As the kernel writes a frame to a TAP device: the outer tag, which it keeps apart, behind the first twelve bytes.</summary>
    private static byte[] KernelHandsOver(HandoverHeader header, byte[] frame)
    {
        byte[] front = new byte[HandoverHeader.Size];
        header.Write(front);
        return EthernetFrame.TagsOf(frame) == 0
            ? [.. front, .. frame]
            : [.. front[..12], .. frame[12..16], .. front[12..], .. frame[..12], .. frame[16..]];
    }

    private static List<byte[]> Fragments(byte[] frame, int mtu)
    {
        Assert.True(Fragmenter.TryPlan(frame, mtu, out Fragmenter plan));
        List<byte[]> pieces = [];
        for (int i = 0; i < plan.Count; i++)
        {
            byte[] piece = new byte[plan.LengthOf(i)];
            plan.Write(i, piece);
            pieces.Add(piece);
        }

        return pieces;
    }

    private static byte[] Tagged(byte[] frame, string tags) => [.. frame[..12], .. Convert.FromHexString(tags), .. frame[12..]];

    private static byte[] Arp()
    {
        byte[] frame = new byte[60];
        new SeededRandom(6).Fill(frame);
        EthernetFrame.WriteHeader(frame, new MacAddress(0x0200_0000_0001), new MacAddress(0x0200_0000_0002), 0x0806);
        return frame;
    }
}
