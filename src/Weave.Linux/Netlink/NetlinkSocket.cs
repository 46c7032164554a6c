using Weave.Linux.Interop;

namespace Weave.Linux.Netlink;

/// <summary>Questions to rtnetlink and their answers.</summary>
internal static class NetlinkSocket
{
    private const ushort NLMSG_ERROR = 2;
    private const ushort NLMSG_DONE = 3;
    private const ushort NLM_F_MULTI = 2;
    private const ushort NLM_F_DUMP_INTR = 0x10;
    private const ushort NLM_F_CAPPED = 0x100;
    private const ushort NLM_F_ACK_TLVS = 0x200;
    private const ushort NLMSGERR_ATTR_MSG = 1;
    private const int EAGAIN = 11;

    /// <summary>A list is a matter of milliseconds: what changes in the midst of so many is not going to stand still.</summary>
    private const int MostTries = 100;

    internal delegate void Answer(ushort type, ReadOnlySpan<byte> body);

    internal delegate void Collect<T>(ushort type, ReadOnlySpan<byte> body, List<T> into);

    private enum Progress
    {
        More,
        Complete,

        /// <summary>What was listed changed meanwhile, and the kernel has left out something or said it twice.</summary>
        Interrupted,
    }

    /// <summary>Sends and waits for the acknowledgement.</summary>
    /// <exception cref="KernelException">Refused; the message begins with <paramref name="attempt"/>.</exception>
    internal static void Execute(string attempt, NetlinkRequest request) => Ask(attempt, request, static (_, _) => { });

    /// <summary>Sends and hands the one message of the answer to <paramref name="each"/>. For lists there is <see cref="Dump"/>.</summary>
    /// <exception cref="KernelException">Refused; the message begins with <paramref name="attempt"/>.</exception>
    internal static void Ask(string attempt, NetlinkRequest request, Answer each) => Ask(attempt, NetlinkNative.NETLINK_ROUTE, request, each);

    /// <summary>The same of another part of the kernel, such as <see cref="NetlinkNative.NETLINK_NETFILTER"/>.</summary>
    internal static void Ask(string attempt, int family, NetlinkRequest request, Answer each)
    {
        using NetlinkConversation answer = new(attempt, request, family: family);
        if (Read(attempt, answer, each) == Progress.Interrupted)
        {
            throw new KernelException($"{attempt}: the kernel's answer was lost", Errno.EINTR);
        }
    }

    /// <summary>Asks for a list, again if it changes while it is read: all of it, as it was at one moment, or an error.</summary>
    /// <param name="attempt">How errors begin.</param>
    /// <param name="request">The question.</param>
    /// <param name="each">Puts what it finds in a message to the others.</param>
    /// <param name="strict">See <see cref="NetlinkConversation"/>.</param>
    /// <exception cref="KernelException">Refused, or it never stood still.</exception>
    internal static List<T> Dump<T>(string attempt, NetlinkRequest request, Collect<T> each, bool strict = false) =>
        DumpFrom(attempt, () => new NetlinkConversation(attempt, request, strict), each);

    internal static List<T> DumpFrom<T>(string attempt, Func<INetlinkConversation> ask, Collect<T> each)
    {
        for (int tries = 0; tries < MostTries; tries++)
        {
            List<T> found = [];
            using INetlinkConversation answer = ask();
            if (Read(attempt, answer, (type, body) => each(type, body, found)) == Progress.Complete)
            {
                return found;
            }
        }

        throw new KernelException($"{attempt}: it changed {MostTries} times while it was read", Errno.EINTR);
    }

    private static Progress Read(string attempt, INetlinkConversation answer, Answer each)
    {
        Progress progress = Progress.More;
        while (progress == Progress.More)
        {
            progress = answer.Receive(out int length) is { } datagram ? Read(attempt, datagram.AsSpan(0, length), each) : Progress.Interrupted;
        }

        return progress;
    }

    private static Progress Read(string attempt, ReadOnlySpan<byte> received, Answer each)
    {
        if (received.Length < NetlinkRequest.HeaderSize)
        {
            throw new KernelException($"{attempt}: malformed answer from the kernel");
        }

        while (received.Length >= NetlinkRequest.HeaderSize)
        {
            int length = BitConverter.ToInt32(received);
            if (length < NetlinkRequest.HeaderSize || length > received.Length)
            {
                throw new KernelException($"{attempt}: malformed answer from the kernel");
            }

            ushort type = BitConverter.ToUInt16(received[4..]);
            ushort flags = BitConverter.ToUInt16(received[6..]);
            ReadOnlySpan<byte> body = received[NetlinkRequest.HeaderSize..length];
            if ((flags & NLM_F_DUMP_INTR) != 0)
            {
                return Progress.Interrupted;
            }

            switch (type)
            {
                case NLMSG_ERROR:
                    ThrowIfRefused(attempt, flags, body);
                    return Progress.Complete;
                case NLMSG_DONE:
                    return End(attempt, body);
            }

            each(type, body);
            if ((flags & NLM_F_MULTI) == 0)
            {
                return Progress.Complete;
            }

            received = received[Math.Min((length + 3) & ~3, received.Length)..];
        }

        return Progress.More;
    }

    /// <summary>The end of a list says how it came: negative errno (4), absent from old kernels.</summary>
    private static Progress End(string attempt, ReadOnlySpan<byte> body) =>
        (body.Length < sizeof(int) ? 0 : -BitConverter.ToInt32(body)) switch
        {
            <= 0 => Progress.Complete, // some send the length of the last piece
            Errno.EINTR or EAGAIN => Progress.Interrupted,
            int errno => throw new KernelException(attempt, errno),
        };

    /// <summary>struct nlmsgerr: negative errno (4) | the header that was refused (16) | the rest of it unless capped | attributes.</summary>
    private static void ThrowIfRefused(string attempt, ushort flags, ReadOnlySpan<byte> body)
    {
        int errno = -BitConverter.ToInt32(body);
        if (errno == 0)
        {
            return;
        }

        string? detail = null;
        if ((flags & NLM_F_ACK_TLVS) != 0)
        {
            int echoed = (flags & NLM_F_CAPPED) != 0 ? NetlinkRequest.HeaderSize : BitConverter.ToInt32(body[4..]);
            NetlinkAttributes attributes = new(body[Math.Min(4 + echoed, body.Length)..]);
            while (attributes.Next())
            {
                detail = attributes.Type == NLMSGERR_ATTR_MSG ? attributes.Text : detail;
            }
        }

        throw new KernelException(attempt, errno, detail);
    }
}
