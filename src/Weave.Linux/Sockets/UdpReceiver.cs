using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Weave.Linux.Interop;
using Weave.Linux.Packet;
using Weave.Wire.Primitives;

namespace Weave.Linux.Sockets;

/// <summary>
/// Receives datagrams in batches (<c>recvmmsg</c>), several of one flow in one message where the kernel joined them
/// (<c>UDP_GRO</c>).
/// </summary>
/// <remarks>Owns its memory, one stretch that stays valid until the next <see cref="Receive"/>; belongs to one thread.</remarks>
public sealed unsafe class UdpReceiver : IDisposable
{
    private const int MaxMessages = 16;
    private const int Slot = 65536;
    private const int EAGAIN = 11;

    private readonly UdpSocket _socket;
    private readonly byte* _arena = (byte*)NativeMemory.AlignedAlloc(MaxMessages * Slot, 64);
    private readonly SocketNative.MessageHeader* _headers = (SocketNative.MessageHeader*)NativeMemory.AllocZeroed(MaxMessages, (nuint)sizeof(SocketNative.MessageHeader));
    private readonly IoVector* _vectors = (IoVector*)NativeMemory.AllocZeroed(MaxMessages, (nuint)sizeof(IoVector));
    private readonly SocketNative.SockAddr* _sources = (SocketNative.SockAddr*)NativeMemory.AllocZeroed(MaxMessages, (nuint)sizeof(SocketNative.SockAddr));
    private readonly SocketNative.ControlMessage* _controls = (SocketNative.ControlMessage*)NativeMemory.AllocZeroed(MaxMessages, (nuint)sizeof(SocketNative.ControlMessage));
    private bool _disposed;

    public UdpReceiver(UdpSocket socket)
    {
        _socket = socket;
        for (int i = 0; i < MaxMessages; i++)
        {
            _vectors[i] = new IoVector(_arena + (i * Slot), Slot);
        }
    }

    /// <summary>All memory of this receiver; messages are stretches of it.</summary>
    public Span<byte> Arena => new(_arena, MaxMessages * Slot);

    /// <summary>Start of <see cref="Arena"/>, for handing pieces back to the kernel.</summary>
    public byte* ArenaAddress => _arena;

    /// <summary>Waits for messages, until the socket's time-out.</summary>
    /// <returns>How many there are; 0 after a time-out.</returns>
    /// <exception cref="KernelException">The socket is gone.</exception>
    public int Receive()
    {
        for (int i = 0; i < MaxMessages; i++)
        {
            ref SocketNative.MessageHeader header = ref _headers[i];
            header.Name = _sources + i;
            header.NameLength = (uint)sizeof(SocketNative.SockAddr);
            header.Vectors = _vectors + i;
            header.VectorCount = 1;
            header.Control = _controls + i;
            header.ControlLength = (nuint)sizeof(SocketNative.ControlMessage);
            header.Flags = 0;
        }

        int count = SocketNative.recvmmsg(_socket.Fd, _headers, MaxMessages, SocketNative.MSG_WAITFORONE, null);
        if (count >= 0)
        {
            return count;
        }

        int errno = Marshal.GetLastPInvokeError();
        // Errors that ICMP brought for an earlier datagram say nothing about this socket.
        return errno is EAGAIN or Errno.EINTR or Errno.EHOSTUNREACH or Errno.ENETUNREACH or 111 ? 0 : throw new KernelException("receive UDP", errno);
    }

    /// <summary>Message <paramref name="index"/> of the last batch.</summary>
    public UdpMessage this[int index]
    {
        get
        {
            ref SocketNative.MessageHeader header = ref _headers[index];
            int length = (header.Flags & SocketNative.MSG_TRUNC) != 0 ? 0 : (int)header.Length;
            ref SocketNative.ControlMessage control = ref _controls[index];
            bool joined = header.ControlLength >= (nuint)(sizeof(SocketNative.ControlMessage) - sizeof(int))
                && control.Level == SocketNative.SOL_UDP && control.Type == SocketNative.UDP_GRO && control.Value > 0;
            return new UdpMessage(
                index * Slot,
                length,
                joined ? control.Value : length,
                new Ipv4Address(BinaryPrimitives.ReverseEndianness(_sources[index].Address)),
                BinaryPrimitives.ReverseEndianness(_sources[index].Port));
        }
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        NativeMemory.AlignedFree(_arena);
        NativeMemory.Free(_headers);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_sources);
        NativeMemory.Free(_controls);
    }
}
