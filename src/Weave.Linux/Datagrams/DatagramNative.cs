using System.Runtime.InteropServices;

namespace Weave.Linux.Datagrams;

/// <summary>Kernel calls and structs for many datagrams at once; C names are kept in comments.</summary>
internal static unsafe partial class DatagramNative
{
    internal const int SolIp = 0; // SOL_IP
    internal const int SolIpV6 = 41; // SOL_IPV6
    internal const int IpPacketInfo = 8; // IP_PKTINFO
    internal const int IpV6ReceivePacketInfo = 49; // IPV6_RECVPKTINFO
    internal const int WaitForOne = 0x10000; // MSG_WAITFORONE
    internal const int NoSignal = 0x4000; // MSG_NOSIGNAL
    internal const int Truncated = 0x20; // MSG_TRUNC

    internal const int Interrupted = 4; // EINTR
    internal const int TryAgain = 11; // EAGAIN

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    internal static partial int ReceiveMany(SafeHandle socket, BatchedMessage* messages, uint count, int flags, void* timeout);

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    internal static partial int SendMany(SafeHandle socket, BatchedMessage* messages, uint count, int flags);

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    internal static partial nint Send(SafeHandle socket, Message* message, int flags);

    /// <summary>struct iovec</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Slice
    {
        internal void* Base; // iov_base
        internal nuint Length; // iov_len
    }

    /// <summary>struct msghdr</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Message
    {
        internal void* Name; // msg_name
        internal uint NameLength; // msg_namelen
        internal Slice* Slices; // msg_iov
        internal nuint SliceCount; // msg_iovlen
        internal void* Control; // msg_control
        internal nuint ControlLength; // msg_controllen
        internal int Flags; // msg_flags
    }

    /// <summary>struct mmsghdr</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct BatchedMessage
    {
        internal Message Header; // msg_hdr
        internal uint Length; // msg_len
    }
}
