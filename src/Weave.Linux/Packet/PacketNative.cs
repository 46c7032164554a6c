using System.Runtime.InteropServices;

namespace Weave.Linux.Packet;

/// <summary>System calls for packet devices.</summary>
internal static unsafe partial class PacketNative
{
    internal const int O_RDWR = 2;
    internal const int O_NONBLOCK = 0x800;
    internal const int O_CLOEXEC = 0x80000;
    internal const nuint TUNSETIFF = 0x400454ca;
    internal const nuint TUNSETOFFLOAD = 0x400454d0;
    internal const short IFF_TAP = 0x0002;
    internal const short IFF_NO_PI = 0x1000;
    internal const short IFF_VNET_HDR = 0x4000;
    internal const uint TUN_F_CSUM = 1;
    internal const uint TUN_F_TSO4 = 2;
    internal const short POLLIN = 1;
    internal const short POLLERR = 8;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int ioctl(int fd, nuint request, void* argument);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint read(int fd, void* buffer, nint length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint writev(int fd, IoVector* pieces, int count);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int poll(PollFd* descriptors, nuint count, int timeoutMilliseconds);

    /// <summary><c>struct pollfd</c>: fd (4) | events (2) | revents (2)</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PollFd
    {
        internal int Fd;
        internal short Events;
        internal short Returned;
    }

    /// <summary><c>struct ifreq</c>, as TUNSETIFF reads it: name (16) | flags (2) | the rest of the union</summary>
    [StructLayout(LayoutKind.Sequential, Size = 40)]
    internal struct InterfaceRequest
    {
        internal fixed byte Name[16];
        internal short Flags;
    }
}
