using Weave.Linux.Interop;
using Weave.Linux.Netlink;

namespace Weave.Tests.Linux.Netlink;

/// <summary>Lists from the kernel, which it sends in pieces while what they tell of may change.</summary>
public sealed class NetlinkDumpTests
{
    private const ushort Item = 20;
    private const ushort Error = 2;
    private const ushort Done = 3;
    private const ushort Multi = 2;
    private const ushort Interrupted = Multi | 0x10;
    private const int EINTR = 4;
    private const int EIO = 5;

    private int _asked;

    [Fact]
    public void A_list_comes_in_pieces_until_it_is_said_to_be_complete() =>
        Assert.Equal([1, 2, 3], Read([[.. Message(Item, Multi, 1), .. Message(Item, Multi, 2)], Message(Item, Multi, 3), Message(Done, Multi, 0)]));

    [Theory]
    [InlineData("a piece says so")]
    [InlineData("the end says so")]
    [InlineData("the end is an error")]
    [InlineData("a piece was dropped")]
    public void What_changed_while_it_was_read_is_read_again_and_nothing_of_the_first_is_kept(string how)
    {
        byte[]?[] first = how switch
        {
            "a piece says so" => [Message(Item, Multi, 1), Message(Item, Interrupted, 2)],
            "the end says so" => [Message(Item, Multi, 1), Message(Done, Interrupted, 0)],
            "the end is an error" => [Message(Item, Multi, 1), Message(Done, Multi, -EINTR)],
            _ => [Message(Item, Multi, 1), null],
        };
        Assert.Equal([7], Read(first, [Message(Item, Multi, 7), Message(Done, Multi, 0)]));
        Assert.Equal(2, _asked);
    }

    [Theory]
    [InlineData(Done)]
    [InlineData(Error)]
    public void A_list_that_failed_in_the_midst_is_none(ushort end)
    {
        KernelException failure = Assert.Throws<KernelException>(() => Read([Message(Item, Multi, 1), Message(end, Multi, -EIO)]));
        Assert.Equal(EIO, failure.Errno);
        Assert.StartsWith("list things: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_never_stands_still_is_an_error_in_the_end()
    {
        KernelException failure = Assert.Throws<KernelException>(() => Read([Message(Item, Interrupted, 1)]));
        Assert.Contains("it changed 100 times while it was read", failure.Message, StringComparison.Ordinal);
        Assert.Equal(100, _asked);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0000")]
    [InlineData("FF00000014000200000000000000000000000000")]
    public void What_is_no_message_is_an_error(string hex) =>
        Assert.Contains("malformed", Assert.Throws<KernelException>(() => Read([Convert.FromHexString(hex)])).Message, StringComparison.Ordinal);

    /// <summary>The last of <paramref name="answers"/> is given to every further question.</summary>
    private List<int> Read(params byte[]?[][] answers) => NetlinkSocket.DumpFrom<int>(
        "list things",
        () => new Recording(answers[Math.Min(_asked++, answers.Length - 1)]),
        static (type, body, into) =>
        {
            Assert.Equal(Item, type);
            into.Add(BitConverter.ToInt32(body));
        });

    private static byte[] Message(ushort type, ushort flags, int body) =>
        [.. BitConverter.GetBytes(20), .. BitConverter.GetBytes(type), .. BitConverter.GetBytes(flags), .. new byte[8], .. BitConverter.GetBytes(body)];

    private sealed class Recording(byte[]?[] datagrams) : INetlinkConversation
    {
        private int _next;

        public byte[]? Receive(out int length)
        {
            byte[]? datagram = datagrams[_next++];
            length = datagram?.Length ?? -1;
            return datagram;
        }

        public void Dispose()
        {
        }
    }
}
