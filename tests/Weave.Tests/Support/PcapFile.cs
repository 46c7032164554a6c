using System.Buffers.Binary;
using System.Net;

namespace Weave.Tests.Support;

/// <summary>Puts the TCP streams and the UDP exchanges of a capture together: Ethernet, IPv4, no lost segments, repeated ones allowed.</summary>
internal static class PcapFile
{
    private const int FileHeader = 24;
    private const int RecordHeader = 16;
    private const int EthernetHeader = 14;
    private const int UdpHeader = 8;
    private const byte Tcp = 6;
    private const byte Udp = 17;
    private const byte Fin = 1;
    private const byte Syn = 2;
    private const byte Reset = 4;
    private const byte Ack = 16;

    internal static IReadOnlyList<TcpConversation> Conversations(string path)
    {
        Dictionary<(IPEndPoint, IPEndPoint), Flow> flows = [];
        List<(IPEndPoint Dialler, IPEndPoint Acceptor)> order = [];
        ReadOnlySpan<byte> rest = File.ReadAllBytes(path).AsSpan(FileHeader);
        while (rest.Length >= RecordHeader)
        {
            int size = BinaryPrimitives.ReadInt32LittleEndian(rest[8..]);
            AddPacket(rest.Slice(RecordHeader, size), flows, order);
            rest = rest[(RecordHeader + size)..];
        }

        return [.. order.Select(pair => new TcpConversation(
            pair.Dialler, pair.Acceptor, flows[(pair.Dialler, pair.Acceptor)].Assemble(), flows[(pair.Acceptor, pair.Dialler)].Assemble()))];
    }

    /// <summary>What UDP carried between a client and <paramref name="port"/>, in time: each question with the answer that followed.</summary>
    internal static IEnumerable<(byte[] Question, byte[] Answer)> Exchanges(string path, int port)
    {
        byte[] file = File.ReadAllBytes(path);
        byte[]? question = null;
        for (int at = FileHeader; at + RecordHeader <= file.Length;)
        {
            int size = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 8));
            byte[] frame = file[(at + RecordHeader)..(at + RecordHeader + size)];
            at += RecordHeader + size;
            if (frame[EthernetHeader + 9] != Udp)
            {
                continue;
            }

            int udp = EthernetHeader + ((frame[EthernetHeader] & 15) * 4);
            byte[] payload = frame[(udp + UdpHeader)..(udp + BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(udp + 4)))];
            if (BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(udp + 2)) == port)
            {
                question = payload;
            }
            else if (question is not null)
            {
                yield return (question, payload);
                question = null;
            }
        }
    }

    /// <summary>
    /// What happens on the connections of a capture, in time: each beginning (from the dialler), each piece of a stream in
    /// its order and once, each end (from whoever ends it first).
    /// </summary>
    internal static IEnumerable<TcpEvent> Timeline(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        Dictionary<(IPEndPoint, IPEndPoint), uint> next = [];
        TimeSpan? start = null;
        for (int at = FileHeader; at + RecordHeader <= file.Length;)
        {
            ReadOnlySpan<byte> record = file.AsSpan(at);
            int size = BinaryPrimitives.ReadInt32LittleEndian(record[8..]);
            TimeSpan time = TimeSpan.FromSeconds(BinaryPrimitives.ReadUInt32LittleEndian(record))
                + TimeSpan.FromMicroseconds(BinaryPrimitives.ReadUInt32LittleEndian(record[4..]));
            start ??= time;
            if (Follow(record.Slice(RecordHeader, size), next) is { } happened)
            {
                yield return happened with { At = time - start.Value };
            }

            at += RecordHeader + size;
        }
    }

    private static TcpEvent? Follow(ReadOnlySpan<byte> frame, Dictionary<(IPEndPoint, IPEndPoint), uint> next)
    {
        if (!TryReadSegment(frame, out IPEndPoint from, out IPEndPoint to, out ReadOnlySpan<byte> tcp))
        {
            return null;
        }

        uint sequence = BinaryPrimitives.ReadUInt32BigEndian(tcp[4..]);
        byte[] data = tcp[((tcp[12] >> 4) * 4)..].ToArray();
        if ((tcp[13] & Syn) != 0)
        {
            bool isNew = !next.ContainsKey((from, to));
            next[(from, to)] = sequence + 1;
            return isNew && (tcp[13] & Ack) == 0 ? new TcpEvent(default, TcpEventKind.Begin, from, to, []) : null;
        }

        if (!next.TryGetValue((from, to), out uint expected))
        {
            return null;
        }

        if ((tcp[13] & (Fin | Reset)) != 0)
        {
            next.Remove((from, to));
            return next.Remove((to, from)) ? new TcpEvent(default, TcpEventKind.End, from, to, []) : null;
        }

        int repeated = (int)(expected - sequence);
        Assert.True(repeated >= 0, $"a segment from {from} to {to} is missing");
        if (data.Length <= repeated)
        {
            return null;
        }

        next[(from, to)] = sequence + (uint)data.Length;
        return new TcpEvent(default, TcpEventKind.Data, from, to, data[repeated..]);
    }

    private static void AddPacket(
        ReadOnlySpan<byte> frame, Dictionary<(IPEndPoint, IPEndPoint), Flow> flows, List<(IPEndPoint, IPEndPoint)> order)
    {
        if (!TryReadSegment(frame, out IPEndPoint from, out IPEndPoint to, out ReadOnlySpan<byte> tcp))
        {
            return;
        }

        uint sequence = BinaryPrimitives.ReadUInt32BigEndian(tcp[4..]);
        bool syn = (tcp[13] & Syn) != 0;
        if (syn && (tcp[13] & Ack) == 0 && !flows.ContainsKey((from, to)))
        {
            order.Add((from, to));
            flows[(to, from)] = new Flow();
        }

        if (syn)
        {
            flows[(from, to)] = new Flow { First = sequence + 1 };
        }
        else if (flows.TryGetValue((from, to), out Flow? flow))
        {
            flow.Add(sequence, tcp[((tcp[12] >> 4) * 4)..]);
        }
    }

    private static bool TryReadSegment(ReadOnlySpan<byte> frame, out IPEndPoint from, out IPEndPoint to, out ReadOnlySpan<byte> tcp)
    {
        from = to = new IPEndPoint(IPAddress.Any, 0);
        tcp = default;
        if (frame.Length < EthernetHeader + 40 || BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) != 0x0800 || frame[EthernetHeader + 9] != Tcp)
        {
            return false;
        }

        ReadOnlySpan<byte> ip = frame[EthernetHeader..];
        ip = ip[..BinaryPrimitives.ReadUInt16BigEndian(ip[2..])];
        tcp = ip[((ip[0] & 15) * 4)..];
        from = new IPEndPoint(new IPAddress(ip.Slice(12, 4)), BinaryPrimitives.ReadUInt16BigEndian(tcp));
        to = new IPEndPoint(new IPAddress(ip.Slice(16, 4)), BinaryPrimitives.ReadUInt16BigEndian(tcp[2..]));
        return true;
    }

    /// <summary>One direction.</summary>
    private sealed class Flow
    {
        private readonly SortedDictionary<uint, byte[]> _segments = [];

        internal uint First { get; init; }

        internal void Add(uint sequence, ReadOnlySpan<byte> data)
        {
            uint offset = sequence - First;
            if (!data.IsEmpty && (!_segments.TryGetValue(offset, out byte[]? known) || known.Length < data.Length))
            {
                _segments[offset] = data.ToArray();
            }
        }

        internal byte[] Assemble()
        {
            List<byte> stream = [];
            foreach ((uint offset, byte[] data) in _segments)
            {
                Assert.True(offset <= stream.Count, $"a segment is missing before {offset}");
                stream.AddRange(data.Skip(stream.Count - (int)offset));
            }

            return [.. stream];
        }
    }
}
