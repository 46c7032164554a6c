using System.Buffers.Binary;
using Weave.Wire.Packet;

namespace Weave.Core.Overlay;

/// <summary>
/// Frames of the last second, by their prints, so that an echo is known for what it is. One thread writes and another
/// reads, without a lock; a print that was written over is an echo that is not recognised.
/// </summary>
internal sealed class FrameMemory
{
    /// <summary>An echo comes at once; but between the two threads of the data plane, when there are turns to wait for, it may take this long.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);

    private const int Places = 4096;
    private const ulong TimeMask = 0xFF_FFFF;

    /// <summary>Enough to tell one packet from the next: with IPv6, the first 24 bytes behind its header.</summary>
    private const int Looked = 78;

    private readonly ulong[] _prints = new ulong[Places]; // print (40 bits) | milliseconds (24 bits)

    /// <summary>
    /// What tells this frame from others. Of TCP over IPv4 what stays when segments are joined on the way; of the rest the
    /// first bytes.
    /// </summary>
    internal static ulong PrintOf(ReadOnlySpan<byte> frame)
    {
        if (!TcpSegment.TryLocate(frame, out TcpSegment tcp))
        {
            return Mix(0, frame[..Math.Min(frame.Length, Looked)]);
        }

        ulong addresses = Mix(Mix(0, frame[..EthernetFrame.HeaderSize]), frame.Slice(TcpSegment.IpOffset + 12, 8));
        return Mix(addresses, frame.Slice(tcp.TcpOffset, 12)); // ports, sequence, acknowledgement
    }

    internal void Remember(TimeSpan now, ulong print) => Volatile.Write(ref _prints[print % Places], (print & ~TimeMask) | Milliseconds(now));

    internal bool Has(TimeSpan now, ulong print)
    {
        ulong known = Volatile.Read(ref _prints[print % Places]);
        return known != 0 && ((known ^ print) & ~TimeMask) == 0 && ((Milliseconds(now) - known) & TimeMask) <= Lifetime.TotalMilliseconds;
    }

    private static ulong Milliseconds(TimeSpan now) => (ulong)now.TotalMilliseconds & TimeMask;

    private static ulong Mix(ulong print, ReadOnlySpan<byte> bytes)
    {
        const ulong Odd = 0x9E37_79B9_7F4A_7C15;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            print = Fold(print ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        ulong rest = (ulong)bytes.Length;
        foreach (byte one in bytes)
        {
            rest = (rest << 8) | one;
        }

        return Fold(print ^ rest);

        static ulong Fold(ulong value)
        {
            ulong high = Math.BigMul(value ^ Odd, Odd, out ulong low);
            return high ^ low;
        }
    }
}
