using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Weave.Linux.Interop;

namespace Weave.Linux.Packet;

/// <summary>
/// A TAP device with <c>virtio_net_hdr</c>: TCP super-packets of up to 64 KB cross the boundary in one step, and checksums
/// are left to whoever needs them. It exists as long as this object.
/// </summary>
public sealed unsafe class TapDevice : IPacketPort
{
    private const int EAGAIN = 11;
    private const int MaxNameLength = 15;

    private readonly SafeFileHandle _handle;
    private readonly int _fd;
    private readonly InterfaceStatistics _statistics = new();

    private TapDevice(string name, SafeFileHandle handle)
    {
        Name = name;
        _handle = handle;
        _fd = (int)handle.DangerousGetHandle();
    }

    public string Name { get; }

    public long Overflows => _statistics.TransmitDrops(Name);

    /// <summary>Creates the device, down, in the namespace of the calling thread.</summary>
    /// <exception cref="KernelException">No /dev/net/tun, no right to use it, or the name is taken.</exception>
    public static TapDevice Create(string name)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, MaxNameLength);
        int fd = PacketNative.open("/dev/net/tun", PacketNative.O_RDWR | PacketNative.O_NONBLOCK | PacketNative.O_CLOEXEC);
        if (fd < 0)
        {
            throw new KernelException("open /dev/net/tun", Marshal.GetLastPInvokeError());
        }

        SafeFileHandle handle = new(fd, ownsHandle: true);
        try
        {
            Configure(fd, name);
            return new TapDevice(name, handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public bool Wait(TimeSpan timeout)
    {
        PacketNative.PollFd descriptor = new() { Fd = _fd, Events = PacketNative.POLLIN };
        bool ready = PacketNative.poll(&descriptor, 1, (int)timeout.TotalMilliseconds) > 0;
        if (ready && (descriptor.Returned & PacketNative.POLLERR) != 0)
        {
            Thread.Sleep(LostPause); // somebody deleted the device: until it is restored there is nothing to wait for
            return false;
        }

        return ready;
    }

    /// <summary>Creates the device anew, down, after somebody deleted it; whoever reads and writes goes on.</summary>
    /// <exception cref="KernelException">It is there, or the kernel refuses.</exception>
    public void Restore() => Configure(_fd, Name);

    public int Read(Span<byte> buffer)
    {
        fixed (byte* target = buffer)
        {
            nint length = PacketNative.read(_fd, target, buffer.Length);
            if (length >= 0)
            {
                return (int)length;
            }
        }

        int errno = Marshal.GetLastPInvokeError();
        // The device is down while somebody reconfigures it (EIO), or deleted (EBADFD): as good as nothing to read.
        return errno is EAGAIN or Errno.EINTR or EIO or EBADFD or Errno.ENETDOWN ? 0 : throw new KernelException($"read from {Name}", errno);
    }

    public bool Write(ReadOnlySpan<IoVector> pieces)
    {
        fixed (IoVector* first = pieces)
        {
            return PacketNative.writev(_fd, first, pieces.Length) >= 0;
        }
    }

    public void Dispose()
    {
        _statistics.Dispose();
        _handle.Dispose();
    }

    private const int EIO = 5;
    private const int EBADFD = 77;
    private static readonly TimeSpan LostPause = TimeSpan.FromMilliseconds(20);

    private static void Configure(int fd, string name)
    {
        PacketNative.InterfaceRequest request = default;
        Encoding.ASCII.GetBytes(name, new Span<byte>(request.Name, MaxNameLength));
        request.Flags = PacketNative.IFF_TAP | PacketNative.IFF_NO_PI | PacketNative.IFF_VNET_HDR;
        if (PacketNative.ioctl(fd, PacketNative.TUNSETIFF, &request) < 0)
        {
            throw new KernelException($"create TAP device {name}", Marshal.GetLastPInvokeError());
        }

        // What we can finish ourselves: checksums, and segments of TCP over IPv4.
        if (PacketNative.ioctl(fd, PacketNative.TUNSETOFFLOAD, (void*)(PacketNative.TUN_F_CSUM | PacketNative.TUN_F_TSO4)) < 0)
        {
            throw new KernelException($"set offloads of TAP device {name}", Marshal.GetLastPInvokeError());
        }
    }
}
