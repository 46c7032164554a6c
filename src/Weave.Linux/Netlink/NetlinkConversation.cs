using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Weave.Linux.Interop;

namespace Weave.Linux.Netlink;

/// <summary>What the kernel says to one question, a datagram at a time.</summary>
internal interface INetlinkConversation : IDisposable
{
    /// <summary>The next datagram; null when the kernel had to drop some.</summary>
    /// <exception cref="KernelException">There is none to be had.</exception>
    byte[]? Receive(out int length);
}

/// <summary>
/// One question over a socket of its own, which belongs to the network namespace of the thread that opens it: a kept one
/// would go on working on the namespace it was made in, and hold what is left of an answer that was given up.
/// </summary>
internal sealed class NetlinkConversation : INetlinkConversation
{
    private const int LargestMessage = 64 * 1024;
    private const int MSG_TRUNC = 0x20;
    private const int ENOBUFS = 105;
    private const int NETLINK_GET_STRICT_CHK = 12;

    private readonly string _attempt;
    private readonly SafeFileHandle _socket;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(LargestMessage);

    /// <param name="attempt">What for, as errors begin.</param>
    /// <param name="request">The question.</param>
    /// <param name="strict">Have the kernel choose what the question asks for, since 5.0; an older one sends everything.</param>
    /// <param name="family">Which part of the kernel is asked.</param>
    internal NetlinkConversation(string attempt, NetlinkRequest request, bool strict = false, int family = NetlinkNative.NETLINK_ROUTE)
    {
        _attempt = attempt;
        _socket = NetlinkNative.Open(NetlinkNative.AF_NETLINK, NetlinkNative.SOCK_RAW, family);

        // Only for better messages, and absent before 4.12: an error here changes nothing.
        _ = NetlinkNative.SetSocketOption(_socket, NetlinkNative.SOL_NETLINK, NetlinkNative.NETLINK_EXT_ACK, 1, sizeof(int));
        if (strict)
        {
            _ = NetlinkNative.SetSocketOption(_socket, NetlinkNative.SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1, sizeof(int));
        }

        ReadOnlySpan<byte> message = request.Finish(sequence: 1);
        if (NetlinkNative.Send(_socket, message, message.Length, 0) < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            _socket.Dispose();
            throw new KernelException(attempt, errno);
        }
    }

    public byte[]? Receive(out int length)
    {
        while (true)
        {
            length = (int)NetlinkNative.Receive(_socket, _buffer, _buffer.Length, MSG_TRUNC);
            if (length > _buffer.Length)
            {
                throw new KernelException($"{_attempt}: the kernel's answer is longer than {_buffer.Length} bytes");
            }

            if (length >= 0)
            {
                return _buffer;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Errno.EINTR:
                    continue;
                case ENOBUFS:
                    return null;
                case int errno:
                    throw new KernelException(_attempt, errno);
            }
        }
    }

    public void Dispose() => _socket.Dispose();
}
