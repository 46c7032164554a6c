using System.Runtime.InteropServices;
using Weave.Linux.Packet;
using Weave.Wire.Primitives;

namespace Weave.Linux.Sockets;

/// <summary>
/// Collects datagrams and sends them with as few system calls as can be: datagrams of one size to one place become one
/// message that the kernel, or the card, cuts up (<c>UDP_SEGMENT</c>); messages go out together (<c>sendmmsg</c>).
/// </summary>
/// <remarks>Owns its memory; belongs to one thread. Datagrams are written in place: <see cref="Room"/>, then <see cref="Commit"/>.</remarks>
public sealed unsafe class UdpSendQueue : IDisposable
{
    private const int Capacity = 384 * 1024;
    private const int MaxDatagram = 65536;
    private const int MaxMessages = 64;
    private const int MaxSegments = 64;
    private const int MaxMessageBytes = 65507;
    private const int EMSGSIZE = 90;
    private const int EINTR = 4;
    private const int EIO = 5;
    private const int EINVAL = 22;

    private readonly byte* _arena = (byte*)NativeMemory.AlignedAlloc(Capacity, 64);
    private readonly SocketNative.MessageHeader* _headers = (SocketNative.MessageHeader*)NativeMemory.AllocZeroed(MaxMessages, (nuint)sizeof(SocketNative.MessageHeader));
    private readonly IoVector* _vectors = (IoVector*)NativeMemory.AllocZeroed(MaxMessages, (nuint)sizeof(IoVector));
    private readonly SocketNative.SockAddr* _targets = (SocketNative.SockAddr*)NativeMemory.AllocZeroed(MaxMessages, (nuint)sizeof(SocketNative.SockAddr));
    private readonly SocketNative.ControlMessage* _controls = (SocketNative.ControlMessage*)NativeMemory.AllocZeroed(MaxMessages, (nuint)sizeof(SocketNative.ControlMessage));
    private readonly Message[] _messages = new Message[MaxMessages];
    private readonly UdpSocket _dontFragment;
    private readonly UdpSocket _other;
    private readonly IUdpSendErrors _errors;
    private bool _disposed;
    private int _used;
    private int _count;

    /// <param name="dontFragment">Socket of the channel that must not be fragmented.</param>
    /// <param name="other">Socket of the other channel.</param>
    /// <param name="errors">Who is told of failures.</param>
    public UdpSendQueue(UdpSocket dontFragment, UdpSocket other, IUdpSendErrors errors)
    {
        _dontFragment = dontFragment;
        _other = other;
        _errors = errors;
    }

    /// <summary>Bytes that wait to be sent.</summary>
    public int Pending => _used;

    /// <summary>Whether a datagram of any size can be queued; else call <see cref="Flush"/> first.</summary>
    public bool HasRoom => _used + MaxDatagram <= Capacity && _count < MaxMessages;

    /// <summary>Memory for the next datagram, big enough for any; <see cref="HasRoom"/> must hold.</summary>
    public Span<byte> Room => new(_arena + _used, MaxDatagram);

    /// <summary>Queues the first <paramref name="length"/> bytes of <see cref="Room"/>.</summary>
    /// <param name="length">Bytes of the datagram.</param>
    /// <param name="address">Where to.</param>
    /// <param name="port">Where to.</param>
    /// <param name="dontFragment">On which channel.</param>
    /// <param name="segmentable">It fits the device, so it may share a message with others of its size.</param>
    /// <param name="owner">Handed to <see cref="IUdpSendErrors"/>.</param>
    public void Commit(int length, Ipv4Address address, ushort port, bool dontFragment, bool segmentable, object owner)
    {
        if (segmentable && _count > 0 && TryExtend(length, address, port, dontFragment))
        {
            _used += length;
            return;
        }

        _targets[_count] = UdpSocket.ToNative(address, port);
        _messages[_count] = new Message
        {
            Offset = _used,
            Length = length,
            SegmentSize = length,
            Segments = 1,
            Address = address,
            Port = port,
            DontFragment = dontFragment,
            Closed = !segmentable,
            Owner = owner,
        };
        _count++;
        _used += length;
    }

    /// <summary>Sends what waits.</summary>
    public void Flush()
    {
        for (int i = 0; i < _count; i++)
        {
            Describe(i);
        }

        int next = 0;
        while (next < _count)
        {
            int end = next + 1;
            while (end < _count && _messages[end].DontFragment == _messages[next].DontFragment)
            {
                end++;
            }

            SendRun(next, end);
            next = end;
        }

        _count = 0;
        _used = 0;
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
        NativeMemory.Free(_targets);
        NativeMemory.Free(_controls);
    }

    private bool TryExtend(int length, Ipv4Address address, ushort port, bool dontFragment)
    {
        ref Message last = ref _messages[_count - 1];
        if (last.Closed || last.DontFragment != dontFragment || last.Address != address || last.Port != port
            || length > last.SegmentSize || last.Segments == MaxSegments || last.Length + length > MaxMessageBytes)
        {
            return false;
        }

        last.Length += length;
        last.Segments++;
        last.Closed = length < last.SegmentSize; // only the last segment may be shorter
        return true;
    }

    private void Describe(int index)
    {
        ref Message message = ref _messages[index];
        _vectors[index] = new IoVector(_arena + message.Offset, message.Length);
        ref SocketNative.MessageHeader header = ref _headers[index];
        header.Name = _targets + index;
        header.NameLength = (uint)sizeof(SocketNative.SockAddr);
        header.Vectors = _vectors + index;
        header.VectorCount = 1;
        header.Control = null;
        header.ControlLength = 0;
        if (message.Segments > 1)
        {
            _controls[index] = new SocketNative.ControlMessage
            {
                Length = (nuint)(sizeof(SocketNative.ControlMessage) - 8 + sizeof(ushort)),
                Level = SocketNative.SOL_UDP,
                Type = SocketNative.UDP_SEGMENT,
                Value = message.SegmentSize,
            };
            header.Control = _controls + index;
            header.ControlLength = (nuint)sizeof(SocketNative.ControlMessage);
        }
    }

    private void SendRun(int next, int end)
    {
        UdpSocket socket = _messages[next].DontFragment ? _dontFragment : _other;
        while (next < end)
        {
            int sent = SocketNative.sendmmsg(socket.Fd, _headers + next, (uint)(end - next), 0);
            if (sent > 0)
            {
                next += sent;
                continue;
            }

            int errno = Marshal.GetLastPInvokeError();
            if (errno != EINTR)
            {
                Fail(socket, next, errno);
                next++;
            }
        }
    }

    private void Fail(UdpSocket socket, int index, int errno)
    {
        ref Message message = ref _messages[index];
        // A segment that is bigger than the device's MTU is EINVAL before Linux 6.12, and the same as for a whole datagram since.
        if (message.Segments > 1 && errno is (EIO or EINVAL or EMSGSIZE))
        {
            _errors.OnNotSegmented(message.Owner);
            SendOneByOne(socket, message);
            return;
        }

        _errors.OnSendError(message.Owner, errno == EMSGSIZE ? SendOutcome.TooBig : SendOutcome.Failed, message.Segments);
    }

    private void SendOneByOne(UdpSocket socket, in Message message)
    {
        for (int done = 0; done < message.Length; done += message.SegmentSize)
        {
            int length = Math.Min(message.SegmentSize, message.Length - done);
            SendOutcome outcome = socket.Send(new ReadOnlySpan<byte>(_arena + message.Offset + done, length), message.Address, message.Port);
            if (outcome != SendOutcome.Sent)
            {
                _errors.OnSendError(message.Owner, outcome, 1);
            }
        }
    }

    /// <summary>One message: one datagram, or several of one size.</summary>
    private struct Message
    {
        internal int Offset;
        internal int Length;
        internal int SegmentSize;
        internal int Segments;
        internal Ipv4Address Address;
        internal ushort Port;
        internal bool DontFragment;
        internal bool Closed;
        internal object Owner;
    }
}
