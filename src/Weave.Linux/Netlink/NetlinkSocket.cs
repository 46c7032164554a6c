using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Weave.Linux.Interop;

namespace Weave.Linux.Netlink;

/// <summary>
/// One question to rtnetlink and its answer. The socket belongs to the network namespace of the thread that opens
/// it, so it lives for one call only: a kept one would go on working on the namespace it was made in.
/// </summary>
internal static class NetlinkSocket
{
    private const int LargestMessage = 64 * 1024;
    private const ushort NLMSG_ERROR = 2;
    private const ushort NLMSG_DONE = 3;
    private const ushort NLM_F_MULTI = 2;
    private const ushort NLM_F_CAPPED = 0x100;
    private const ushort NLM_F_ACK_TLVS = 0x200;
    private const ushort NLMSGERR_ATTR_MSG = 1;

    internal delegate void Answer(ushort type, ReadOnlySpan<byte> body);

    /// <summary>Sends and waits for the acknowledgement.</summary>
    /// <exception cref="KernelException">Refused; the message begins with <paramref name="attempt"/>.</exception>
    internal static void Execute(string attempt, NetlinkRequest request) => Ask(attempt, request, static (_, _) => { });

    /// <summary>Sends and hands each message of the answer to <paramref name="each"/>.</summary>
    /// <exception cref="KernelException">Refused; the message begins with <paramref name="attempt"/>.</exception>
    internal static void Ask(string attempt, NetlinkRequest request, Answer each)
    {
        using SafeFileHandle socket = NetlinkNative.Open(NetlinkNative.AF_NETLINK, NetlinkNative.SOCK_RAW, NetlinkNative.NETLINK_ROUTE);

        // Only for better messages, and absent before 4.12: an error here changes nothing.
        _ = NetlinkNative.SetSocketOption(socket, NetlinkNative.SOL_NETLINK, NetlinkNative.NETLINK_EXT_ACK, 1, sizeof(int));

        ReadOnlySpan<byte> message = request.Finish(sequence: 1);
        if (NetlinkNative.Send(socket, message, message.Length, 0) < 0)
        {
            throw new KernelException(attempt, Marshal.GetLastPInvokeError());
        }

        byte[] buffer = GC.AllocateUninitializedArray<byte>(LargestMessage);
        while (!Read(attempt, buffer.AsSpan(0, ReceiveInto(attempt, socket, buffer)), each))
        {
        }
    }

    private static int ReceiveInto(string attempt, SafeFileHandle socket, byte[] buffer)
    {
        while (true)
        {
            int received = (int)NetlinkNative.Receive(socket, buffer, buffer.Length, 0);
            if (received >= 0)
            {
                return received;
            }

            if (Marshal.GetLastPInvokeError() != Errno.EINTR)
            {
                throw new KernelException(attempt, Marshal.GetLastPInvokeError());
            }
        }
    }

    /// <summary>True when the answer is complete.</summary>
    private static bool Read(string attempt, ReadOnlySpan<byte> received, Answer each)
    {
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
            if (type == NLMSG_ERROR)
            {
                ThrowIfRefused(attempt, flags, body);
                return true;
            }

            if (type == NLMSG_DONE)
            {
                return true;
            }

            each(type, body);
            if ((flags & NLM_F_MULTI) == 0)
            {
                return true;
            }

            received = received[Math.Min((length + 3) & ~3, received.Length)..];
        }

        return false;
    }

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
