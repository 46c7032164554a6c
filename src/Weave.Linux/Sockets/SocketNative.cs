using System.Runtime.InteropServices;

namespace Weave.Linux.Sockets;

/// <summary>System calls for UDP with segmentation offload.</summary>
internal static unsafe partial class SocketNative
{
    internal const int AF_UNSPEC = 0;
    internal const int AF_INET = 2;
    internal const int SOCK_DGRAM = 2;
    internal const int SOCK_CLOEXEC = 0x80000;
    internal const int SOL_SOCKET = 1;
    internal const int SO_REUSEPORT = 15;
    internal const int SO_RCVTIMEO = 20;
    internal const int SO_SNDBUF = 7;
    internal const int SO_RCVBUF = 8;
    internal const int SO_SNDBUFFORCE = 32;
    internal const int SO_RCVBUFFORCE = 33;
    internal const int SO_ATTACH_REUSEPORT_CBPF = 51;
    internal const int SO_MEMINFO = 55;
    internal const int SK_MEMINFO_DROPS = 8;
    internal const int SK_MEMINFO_VARS = 9;
    internal const int IPPROTO_IP = 0;
    internal const int IP_MTU_DISCOVER = 10;
    internal const int IP_MTU = 14;
    internal const int IP_PMTUDISC_DONT = 0;
    internal const int IP_PMTUDISC_PROBE = 3;
    internal const int SOL_UDP = 17;
    internal const int UDP_SEGMENT = 103;
    internal const int UDP_GRO = 104;
    internal const int MSG_DONTWAIT = 0x40;
    internal const int MSG_WAITFORONE = 0x10000;
    internal const int MSG_TRUNC = 0x20;

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int socket(int family, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int bind(int fd, SockAddr* address, uint length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int connect(int fd, SockAddr* address, uint length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int close(int fd);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int getsockname(int fd, SockAddr* address, uint* length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int setsockopt(int fd, int level, int name, void* value, uint length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int getsockopt(int fd, int level, int name, void* value, uint* length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint sendto(int fd, void* buffer, nint length, int flags, SockAddr* address, uint addressLength);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int sendmmsg(int fd, MessageHeader* messages, uint count, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int recvmmsg(int fd, MessageHeader* messages, uint count, int flags, void* timeout);

    /// <summary><c>struct sockaddr_in</c>: family (2) | port (2, big-endian) | address (4, big-endian) | zeros (8)</summary>
    [StructLayout(LayoutKind.Sequential, Size = 16)]
    internal struct SockAddr
    {
        internal ushort Family;
        internal ushort Port;
        internal uint Address;
    }

    /// <summary><c>struct mmsghdr</c>: msghdr (56) | number of bytes moved (4) | padding (4)</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    internal struct MessageHeader
    {
        internal SockAddr* Name;
        internal uint NameLength;
        internal Packet.IoVector* Vectors;
        internal nuint VectorCount;
        internal void* Control;
        internal nuint ControlLength;
        internal int Flags;
        private readonly int _padding;
        internal uint Length;
    }

    /// <summary>One control message with a small number: <c>struct cmsghdr</c> (16), then the value, padded to 8.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 24)]
    internal struct ControlMessage
    {
        internal nuint Length;
        internal int Level;
        internal int Type;
        internal int Value;
    }

    /// <summary><c>struct sock_filter</c> of classic BPF</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct FilterInstruction
    {
        internal ushort Code;
        internal byte JumpTrue;
        internal byte JumpFalse;
        internal uint Operand;
    }

    /// <summary><c>struct sock_fprog</c></summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct FilterProgram
    {
        internal ushort Length;
        internal FilterInstruction* Instructions;
    }

    /// <summary><c>struct timeval</c></summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TimeVal
    {
        internal long Seconds;
        internal long Microseconds;
    }
}
