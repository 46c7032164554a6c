using Weave.Core.Overlay;
using Weave.Core.Primitives;
using Weave.Wire.Packet;
using Weave.Wire.Primitives;
using Weave.Wire.Sleeve;

namespace Weave.Tests.Core.Overlay;

/// <summary>
/// The whole way of frames between two hosts, by dice: cut up, put together in datagrams, sealed; a network that loses,
/// repeats, delays and damages; opened, joined.
/// </summary>
/// <remarks>Beside it runs a naive twin that knows only which datagrams arrived whole, and says what must come out.</remarks>
internal sealed class SleeveChain(SleeveCipher left, SleeveCipher right, ulong seed)
{
    private const int MaxDatagram = 1472;
    private const int OverlayMtu = 1410;
    private static readonly PeerName Left = new(1);
    private static readonly PeerName Right = new(2);

    private readonly SeededRandom _dice = new(seed);
    private readonly List<Datagram> _sent = [];
    private readonly CuttingSink _sink = new();
    private readonly HashSet<int> _seen = [];
    private TimeSpan _now;

    /// <summary>What went in at the left.</summary>
    internal List<byte[]> Inputs { get; } = [];

    /// <summary>The frames, none bigger than the path takes, that the inputs became.</summary>
    internal List<byte[]> Frames { get; } = [];

    /// <summary>What came out at the right, cut up again as the kernel would.</summary>
    internal List<byte[]> Outputs => _sink.Frames;

    /// <summary>What the twin says must come out, in order of arrival.</summary>
    internal List<byte[]> Expected { get; } = [];

    internal int Joined => Outputs.Count - _sink.Deliveries;

    internal void Run(bool impaired)
    {
        Send();
        List<Datagram> arriving = impaired ? Impair() : _sent;
        for (int next = 0; next < arriving.Count;)
        {
            int batch = Math.Min(arriving.Count - next, 1 + _dice.Next(24));
            Receive(arriving.GetRange(next, batch));
            next += batch;
        }
    }

    private void Send()
    {
        List<(byte[] Bytes, bool DontFragment)> open = [];
        for (int i = 0; i < 3 + _dice.Next(6); i++)
        {
            byte[] input = Input();
            Inputs.Add(input);
            foreach ((byte[] Bytes, bool DontFragment) frame in Pieces(input))
            {
                Frames.Add(frame.Bytes);
                bool fits = open.Sum(other => SleeveFrame.HeaderSize + other.Bytes.Length) + SleeveFrame.HeaderSize + frame.Bytes.Length + left.HeaderSize <= MaxDatagram;
                if (open.Count > 0 && (!fits || open[0].DontFragment != frame.DontFragment || _dice.Next(8) == 0))
                {
                    Close(open);
                }

                open.Add(frame);
            }
        }

        Close(open);
    }

    /// <summary>Super-packets for the most part, big packets that may be fragmented, and what is no IP at all.</summary>
    private byte[] Input()
    {
        int kind = _dice.Next(6);
        byte[] frame = TcpFrames.Random(_dice, kind == 0 ? _dice.Next(6000) : 1 + _dice.Next(40_000));
        if (kind == 0)
        {
            TcpFrames.MakeUdp(frame);
        }

        return kind == 1 ? OfAnotherType(frame[..(60 + _dice.Next(1300))]) : frame;
    }

    private static byte[] OfAnotherType(byte[] frame)
    {
        EthernetFrame.WriteHeader(frame, new MacAddress(0x0200_0000_0001), new MacAddress(0x0200_0000_0002), 0x88B5);
        return frame;
    }

    private IEnumerable<(byte[] Bytes, bool DontFragment)> Pieces(byte[] input)
    {
        if (TcpSegment.TryLocate(input, out TcpSegment parts))
        {
            int room = OverlayMtu + EthernetFrame.HeaderSize - parts.PayloadOffset;
            return TcpFrames.Cut(input, Math.Min(room, 600 + _dice.Next(800))).Select(segment => (segment, true));
        }

        return input.Length > OverlayMtu + EthernetFrame.HeaderSize ? Fragments(input).Select(piece => (piece, true)) : [(input, false)];
    }

    private static List<byte[]> Fragments(byte[] input)
    {
        Assert.True(Fragmenter.TryPlan(input, OverlayMtu, out Fragmenter plan));
        List<byte[]> pieces = [];
        for (int i = 0; i < plan.Count; i++)
        {
            byte[] piece = new byte[plan.LengthOf(i)];
            plan.Write(i, piece);
            pieces.Add(piece);
        }

        return pieces;
    }

    private void Close(List<(byte[] Bytes, bool DontFragment)> open)
    {
        byte[] datagram = new byte[left.HeaderSize + open.Sum(frame => SleeveFrame.HeaderSize + frame.Bytes.Length)];
        Left.Write(datagram);
        int offset = left.HeaderSize;
        foreach ((byte[] bytes, _) in open)
        {
            SleeveFrame.WriteHeader(datagram.AsSpan(offset), Left, Right, bytes.Length);
            bytes.CopyTo(datagram, offset + SleeveFrame.HeaderSize);
            offset += SleeveFrame.HeaderSize + bytes.Length;
        }

        _now += TimeSpan.FromMinutes(_dice.Next(3)); // so that keys change on the way
        left.Rekey(_now);
        left.Seal(datagram, open[0].DontFragment);
        _sent.Add(new Datagram(datagram, _sent.Count, [.. open.Select(frame => frame.Bytes)], Whole: true));
        open.Clear();
    }

    private List<Datagram> Impair()
    {
        List<(double At, Datagram Datagram)> arriving = [];
        foreach (Datagram datagram in _sent)
        {
            double on = datagram.Index + (_dice.Next(10) == 0 ? _dice.Next(20) : 0);
            switch (_dice.Next(30))
            {
                case 0:
                    break;
                case 1:
                    arriving.Add((on, datagram));
                    arriving.Add((on + _dice.Next(40), datagram));
                    break;
                case 2 when left.Name.Length > 0: // in the clear it is the kernel's checksum that notices
                    arriving.Add((on, Damage(datagram)));
                    break;
                case 3 when left.Name.Length > 0:
                    arriving.Add((on, datagram));
                    arriving.Add((on + _dice.Next(3), Damage(datagram)));
                    break;
                default:
                    arriving.Add((on, datagram));
                    break;
            }
        }

        return [.. arriving.OrderBy(arrival => arrival.At).Select(arrival => arrival.Datagram)];
    }

    /// <summary>Any bit behind the sender's name, or the end cut off.</summary>
    private Datagram Damage(Datagram datagram)
    {
        byte[] bytes = [.. datagram.Bytes];
        bytes[PeerName.Size + _dice.Next(bytes.Length - PeerName.Size)] ^= (byte)(1 << _dice.Next(8));
        return datagram with { Bytes = _dice.Next(4) == 0 ? bytes[..^(1 + _dice.Next(bytes.Length / 2))] : bytes, Whole = false };
    }

    private void Receive(List<Datagram> batch)
    {
        byte[] arena = [.. batch.SelectMany(datagram => datagram.Bytes)];
        _sink.Arena = arena;
        Coalescer coalescer = new(_sink);
        int offset = 0;
        foreach (Datagram datagram in batch)
        {
            Assert.Equal(Twin(datagram), Open(arena, offset, datagram.Bytes.Length, coalescer));
            offset += datagram.Bytes.Length;
        }

        coalescer.Flush(arena);
    }

    private SleeveOpening Twin(Datagram datagram)
    {
        if (!datagram.Whole)
        {
            return datagram.Bytes.Length < left.HeaderSize ? SleeveOpening.TooShort : SleeveOpening.Forged;
        }

        if (!_seen.Add(datagram.Index) && left.Name.Length > 0)
        {
            return SleeveOpening.Replayed;
        }

        Expected.AddRange(datagram.Frames);
        return SleeveOpening.Opened;
    }

    private SleeveOpening Open(byte[] arena, int offset, int length, Coalescer coalescer)
    {
        SleeveOpening opening = right.Open(arena.AsSpan(offset, length), out Span<byte> frames);
        Span<byte> rest = opening == SleeveOpening.Opened ? frames : [];
        while (SleeveFrame.TryRead(ref rest, out SleeveFrame frame))
        {
            coalescer.Add(arena, new ArenaPiece(offset + length - rest.Length - frame.Bytes.Length, frame.Bytes.Length), 0);
        }

        Assert.True(rest.IsEmpty);
        return opening;
    }

    private sealed record Datagram(byte[] Bytes, int Index, byte[][] Frames, bool Whole);
}
