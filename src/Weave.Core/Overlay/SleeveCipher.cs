using Weave.Wire.Sleeve;

namespace Weave.Core.Overlay;

/// <summary>
/// Seals and opens the datagrams of one connection. Sealing may be done by several threads at once; opening by one.
/// Nothing allocates per datagram.
/// </summary>
/// <remarks>docs/wire/sleeve.md §3.</remarks>
public abstract class SleeveCipher
{
    private long _dontFragmentCounter = -1;
    private long _otherCounter = -1;

    /// <summary>For status; empty when data travels in the clear.</summary>
    public abstract string Name { get; }

    /// <summary>Bytes in front of the frames of a datagram.</summary>
    public abstract int HeaderSize { get; }

    /// <summary>Underlay MTU less this is the overlay MTU: underlay headers, sleeve headers, inner Ethernet header.</summary>
    public int OverheadBytes => SleeveDatagram.UnderlayOverhead + HeaderSize + SleeveFrame.HeaderSize + SpecialFrame.HeaderSize;

    /// <summary>No more keys can be made: the connection must be made anew.</summary>
    public virtual bool IsExhausted => false;

    /// <summary>Finishes a datagram in place: the sender and the frames are there, in the clear.</summary>
    public abstract void Seal(Span<byte> datagram, bool dontFragment);

    /// <summary>Checks and opens a datagram in place.</summary>
    public abstract SleeveOpening Open(Span<byte> datagram, out Span<byte> frames);

    /// <summary>Changes the sending key when it is old or much used. Called now and then.</summary>
    public virtual void Rekey(TimeSpan now)
    {
    }

    /// <summary>Datagrams sealed until now.</summary>
    protected ulong Used => (ulong)(Interlocked.Read(ref _dontFragmentCounter) + Interlocked.Read(ref _otherCounter) + 2);

    /// <summary>The next counter of a channel. Each is given out once for the life of the connection's key.</summary>
    protected ulong NextCounter(bool dontFragment) =>
        (ulong)(dontFragment ? Interlocked.Increment(ref _dontFragmentCounter) : Interlocked.Increment(ref _otherCounter));
}
