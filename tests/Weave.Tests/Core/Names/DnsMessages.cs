using System.Buffers.Binary;
using Weave.Wire.Dns;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Names;

/// <summary>Makes queries and takes answers apart.</summary>
internal static class DnsMessages
{
    internal static byte[] Query(string name, DnsRecordType type, ushort id = 0x1234, int ednsSize = -1)
    {
        byte[] wire = new byte[DnsName.MaxSize];
        Assert.True(DnsName.TryParse(name, wire, out int length), name);
        List<byte> query = [.. new byte[DnsHeader.Size], .. wire.AsSpan(0, length), 0, (byte)type, 0, 1];
        if (ednsSize >= 0)
        {
            query.AddRange([0, 0, (byte)DnsRecordType.Options, (byte)(ednsSize >> 8), (byte)ednsSize, 0, 0, 0, 0, 0, 0]);
        }

        byte[] message = [.. query];
        new DnsHeader(id, DnsFlags.RecursionDesired, 1, 0, 0, ednsSize >= 0 ? (ushort)1 : (ushort)0).Write(message);
        return message;
    }

    internal static List<Ipv4Address> Addresses(ReadOnlySpan<byte> response)
    {
        List<Ipv4Address> addresses = [];
        Assert.True(DnsHeader.TryRead(response, out DnsHeader header));
        int offset = DnsHeader.Size;
        Assert.True(DnsName.TrySkip(response, ref offset));
        offset += 4;
        for (int i = 0; i < header.Answers; i++)
        {
            Assert.True(DnsName.TrySkip(response, ref offset));
            if (BinaryPrimitives.ReadUInt16BigEndian(response[offset..]) == (int)DnsRecordType.Address)
            {
                addresses.Add(Ipv4Address.Read(response[(offset + 10)..]));
            }

            offset += 10 + BinaryPrimitives.ReadUInt16BigEndian(response[(offset + 8)..]);
        }

        return addresses;
    }
}
