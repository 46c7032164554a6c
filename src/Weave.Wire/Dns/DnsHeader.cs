using System.Buffers.Binary;

namespace Weave.Wire.Dns;

/// <summary>The twelve bytes in front of every DNS message.</summary>
/// <remarks>
/// Big-endian, docs/wire/dns.md §1:
/// id (2) | QR 1 opcode 4 AA 1 TC 1 RD 1 | RA 1 Z 1 AD 1 CD 1 rcode 4 | questions (2) | answers (2) | authority (2) | additional (2)
/// </remarks>
public readonly record struct DnsHeader(
    ushort Id, DnsFlags Flags, ushort Questions, ushort Answers, ushort Authority, ushort Additional)
{
    public const int Size = 12;

    /// <summary>What is asked for: 0 is a plain query.</summary>
    public int Opcode => ((int)Flags >> 11) & 15;

    public DnsResponseCode ResponseCode => (DnsResponseCode)((int)Flags & 15);

    public bool IsResponse => (Flags & DnsFlags.Response) != 0;

    /// <summary>Reads the first <see cref="Size"/> bytes; false when there are fewer.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out DnsHeader header)
    {
        header = default;
        if (message.Length < Size)
        {
            return false;
        }

        header = new DnsHeader(
            BinaryPrimitives.ReadUInt16BigEndian(message),
            (DnsFlags)BinaryPrimitives.ReadUInt16BigEndian(message[2..]),
            BinaryPrimitives.ReadUInt16BigEndian(message[4..]),
            BinaryPrimitives.ReadUInt16BigEndian(message[6..]),
            BinaryPrimitives.ReadUInt16BigEndian(message[8..]),
            BinaryPrimitives.ReadUInt16BigEndian(message[10..]));
        return true;
    }

    /// <summary>Writes into the first <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> message)
    {
        BinaryPrimitives.WriteUInt16BigEndian(message, Id);
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], (ushort)Flags);
        BinaryPrimitives.WriteUInt16BigEndian(message[4..], Questions);
        BinaryPrimitives.WriteUInt16BigEndian(message[6..], Answers);
        BinaryPrimitives.WriteUInt16BigEndian(message[8..], Authority);
        BinaryPrimitives.WriteUInt16BigEndian(message[10..], Additional);
    }
}
