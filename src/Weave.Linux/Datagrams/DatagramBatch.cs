using System.Net.Sockets;
using System.Runtime.InteropServices;
using static Weave.Linux.Datagrams.DatagramNative;

namespace Weave.Linux.Datagrams;

/// <summary>
/// Receives up to a number of datagrams with one call to the kernel, and answers them with another. Each answer leaves
/// from the address that was asked. Owns its buffers; one thread uses it.
/// </summary>
public sealed unsafe class DatagramBatch : IDisposable
{
    private const int NameSize = DatagramOrigin.NameSize;
    private const int ControlSize = DatagramOrigin.ControlSize;
    private const int CacheLine = 64;

    private readonly Socket _socket;
    private readonly int _count;
    private readonly int _receiveSize;
    private readonly int _replySize;
    private readonly int _receiveStride;
    private readonly int _replyStride;
    private readonly byte* _memory;
    private readonly BatchedMessage* _received;
    private readonly BatchedMessage* _replies;
    private readonly Slice* _receiveSlices;
    private readonly Slice* _replySlices;
    private readonly byte* _names;
    private readonly byte* _controls;
    private readonly byte* _receiveBuffers;
    private readonly byte* _replyBuffers;
    private int _replyCount;

    /// <param name="socket">A bound UDP socket. <see cref="Prepare"/> it first.</param>
    /// <param name="count">Most datagrams at once.</param>
    /// <param name="receiveSize">Longest datagram taken; longer ones are skipped.</param>
    /// <param name="replySize">Room for each answer.</param>
    public DatagramBatch(Socket socket, int count, int receiveSize, int replySize)
    {
        _socket = socket;
        _count = count;
        _receiveSize = receiveSize;
        _replySize = replySize;
        _receiveStride = Stride(receiveSize);
        _replyStride = Stride(replySize);
        int headers = sizeof(BatchedMessage) * count;
        int slices = sizeof(Slice) * count;
        nuint size = (nuint)((2 * (headers + slices)) + (count * (NameSize + ControlSize + _receiveStride + _replyStride)));
        _memory = (byte*)NativeMemory.AllocZeroed(size);
        _received = (BatchedMessage*)_memory;
        _replies = _received + count;
        _receiveSlices = (Slice*)(_replies + count);
        _replySlices = _receiveSlices + count;
        _controls = (byte*)(_replySlices + count);
        _names = _controls + (count * ControlSize);
        _receiveBuffers = _names + (count * NameSize);
        _replyBuffers = _receiveBuffers + (count * _receiveStride);
    }

    /// <summary>Asks the kernel to tell for each datagram which of our addresses it was sent to.</summary>
    public static void Prepare(Socket socket)
    {
        Span<byte> on = [1, 0, 0, 0];
        if (socket.AddressFamily == AddressFamily.InterNetworkV6)
        {
            socket.SetRawSocketOption(SolIpV6, IpV6ReceivePacketInfo, on);
        }
        else
        {
            socket.SetRawSocketOption(SolIp, IpPacketInfo, on);
        }
    }

    /// <summary>Waits for at least one datagram, as long as the socket's receive timeout. Zero when none came.</summary>
    /// <exception cref="SocketException">The socket is of no more use.</exception>
    public int Receive()
    {
        for (int i = 0; i < _count; i++)
        {
            _receiveSlices[i] = new Slice { Base = _receiveBuffers + (i * _receiveStride), Length = (nuint)_receiveSize };
            _received[i] = new BatchedMessage { Header = HeaderOf(i, _receiveSlices + i, ControlSize) };
        }

        _replyCount = 0;
        int received = ReceiveMany(_socket.SafeHandle, _received, (uint)_count, WaitForOne, null);
        if (received >= 0)
        {
            return received;
        }

        int error = Marshal.GetLastPInvokeError();
        return error is TryAgain or Interrupted ? 0 : throw new SocketException(error);
    }

    /// <summary>What came. Empty when it was too long.</summary>
    public ReadOnlySpan<byte> Datagram(int index) =>
        (_received[index].Header.Flags & Truncated) != 0
            ? default
            : new ReadOnlySpan<byte>(_receiveBuffers + (index * _receiveStride), (int)_received[index].Length);

    /// <summary>Who sent it, as bytes that tell senders apart: family, port, address.</summary>
    public ReadOnlySpan<byte> Sender(int index) =>
        new(_names + (index * NameSize), (int)_received[index].Header.NameLength);

    /// <summary>Where the answer goes; write here, then <see cref="Reply"/>.</summary>
    public Span<byte> ReplyBuffer(int index) => new(_replyBuffers + (index * _replyStride), _replySize);

    /// <summary>Queues the first <paramref name="length"/> bytes of the reply buffer as the answer.</summary>
    public void Reply(int index, int length)
    {
        int slot = _replyCount++;
        DatagramOrigin.LetKernelChooseInterface(new Span<byte>(_controls + (index * ControlSize), ControlSize));
        _replySlices[slot] = new Slice { Base = _replyBuffers + (index * _replyStride), Length = (nuint)length };
        _replies[slot] = new BatchedMessage
        {
            Header = HeaderOf(index, _replySlices + slot, (int)_received[index].Header.ControlLength),
        };
        _replies[slot].Header.NameLength = _received[index].Header.NameLength;
    }

    /// <summary>Sender and asked address of a datagram, for an answer later on.</summary>
    public DatagramOrigin Origin(int index) => new(
        Sender(index), new ReadOnlySpan<byte>(_controls + (index * ControlSize), (int)_received[index].Header.ControlLength));

    /// <summary>Sends what was queued. What the kernel does not take is lost, as datagrams are.</summary>
    public void Send()
    {
        int sent = 0;
        while (sent < _replyCount)
        {
            int now = SendMany(_socket.SafeHandle, _replies + sent, (uint)(_replyCount - sent), NoSignal);
            sent += Math.Max(now, 1); // an error concerns the first one only: whoever cannot be reached gets nothing
        }

        _replyCount = 0;
    }

    public void Dispose() => NativeMemory.Free(_memory);

    /// <summary>Buffers a power of two apart would share the same few lines of the processor's caches.</summary>
    private static int Stride(int size) => ((size + CacheLine - 1) & -CacheLine) + CacheLine;

    private Message HeaderOf(int index, Slice* slice, int controlLength) => new()
    {
        Name = _names + (index * NameSize),
        NameLength = NameSize,
        Slices = slice,
        SliceCount = 1,
        Control = _controls + (index * ControlSize),
        ControlLength = (nuint)controlLength,
    };
}
