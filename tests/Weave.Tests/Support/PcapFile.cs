using System.Buffers.Binary;
using System.Net;

namespace Weave.Tests.Support;

/// <summary>Puts the TCP streams of a capture together: Ethernet, IPv4, no lost segments, repeated ones allowed.</summary>
internal static class PcapFile
{
    private const int FileHeader = 24;
    private const int RecordHeader = 16;
    private const int EthernetHeader = 14;
    private const byte Tcp = 6;
    private const byte Syn = 2;
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

    private static void AddPacket(
        ReadOnlySpan<byte> frame, Dictionary<(IPEndPoint, IPEndPoint), Flow> flows, List<(IPEndPoint, IPEndPoint)> order)
    {
        if (frame.Length < EthernetHeader + 40 || BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) != 0x0800 || frame[EthernetHeader + 9] != Tcp)
        {
            return;
        }

        ReadOnlySpan<byte> ip = frame[EthernetHeader..];
        ip = ip[..BinaryPrimitives.ReadUInt16BigEndian(ip[2..])];
        ReadOnlySpan<byte> tcp = ip[((ip[0] & 15) * 4)..];
        IPEndPoint from = new(new IPAddress(ip.Slice(12, 4)), BinaryPrimitives.ReadUInt16BigEndian(tcp));
        IPEndPoint to = new(new IPAddress(ip.Slice(16, 4)), BinaryPrimitives.ReadUInt16BigEndian(tcp[2..]));
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
