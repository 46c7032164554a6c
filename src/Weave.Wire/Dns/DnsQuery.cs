using System.Buffers.Binary;

namespace Weave.Wire.Dns;

/// <summary>A query: header, first question, EDNS size. A view: it owns no memory.</summary>
/// <remarks>
/// docs/wire/dns.md §3. Question: name | type (2) | class (2). The whole message is walked, so that a query accepted here
/// can be passed on, and one that lies about its contents is told so.
/// </remarks>
public readonly ref struct DnsQuery
{
    private const int QuestionTail = 4;
    private const int RecordTail = 10;

    private DnsQuery(DnsHeader header, ReadOnlySpan<byte> question, int ednsSize)
    {
        Header = header;
        Question = question;
        EdnsSize = ednsSize;
    }

    public DnsHeader Header { get; }

    /// <summary>The first question as it came: name, type, class. The name is whole (no pointers).</summary>
    public ReadOnlySpan<byte> Question { get; }

    /// <summary>Largest datagram that the client takes; -1 when it did not say.</summary>
    public int EdnsSize { get; }

    public ReadOnlySpan<byte> Name => Question[..^QuestionTail];

    public DnsRecordType Type => (DnsRecordType)BinaryPrimitives.ReadUInt16BigEndian(Question[^QuestionTail..]);

    /// <summary>Takes <paramref name="message"/> apart. <see cref="Header"/> is set for all but <see cref="DnsQueryKind.NotAQuery"/>.</summary>
    public static DnsQueryKind Read(ReadOnlySpan<byte> message, out DnsQuery query)
    {
        query = default;
        if (!DnsHeader.TryRead(message, out DnsHeader header) || header.IsResponse)
        {
            return DnsQueryKind.NotAQuery;
        }

        query = new DnsQuery(header, default, -1);
        if (header.Opcode != 0)
        {
            return DnsQueryKind.UnknownOpcode;
        }

        ReadOnlySpan<byte> rest = message[DnsHeader.Size..];
        if (header.Questions == 0 || !DnsName.TryMeasure(rest, out int nameLength) || nameLength + QuestionTail > rest.Length)
        {
            return DnsQueryKind.Malformed;
        }

        int offset = DnsHeader.Size + nameLength + QuestionTail;
        if (!TrySkipQuestions(message, header.Questions - 1, ref offset)
            || !TryWalkRecords(message, header, ref offset, out int ednsSize))
        {
            return DnsQueryKind.Malformed;
        }

        query = new DnsQuery(header, rest[..(nameLength + QuestionTail)], ednsSize);
        return DnsQueryKind.Query;
    }

    private static bool TrySkipQuestions(ReadOnlySpan<byte> message, int count, ref int offset)
    {
        for (int i = 0; i < count; i++)
        {
            if (!DnsName.TrySkip(message, ref offset) || offset + QuestionTail > message.Length)
            {
                return false;
            }

            offset += QuestionTail;
        }

        return true;
    }

    // Each record takes at least eleven bytes, so the work is bounded by the length of the message whatever the counts say.
    private static bool TryWalkRecords(ReadOnlySpan<byte> message, DnsHeader header, ref int offset, out int ednsSize)
    {
        ednsSize = -1;
        int before = header.Answers + header.Authority;
        for (int i = 0; i < before + header.Additional; i++)
        {
            if (!DnsName.TrySkip(message, ref offset) || offset + RecordTail > message.Length)
            {
                return false;
            }

            ReadOnlySpan<byte> tail = message.Slice(offset, RecordTail);
            offset += RecordTail + BinaryPrimitives.ReadUInt16BigEndian(tail[8..]);
            if (offset > message.Length)
            {
                return false;
            }

            if (i >= before && BinaryPrimitives.ReadUInt16BigEndian(tail) == (ushort)DnsRecordType.Options)
            {
                ednsSize = BinaryPrimitives.ReadUInt16BigEndian(tail[2..]);
            }
        }

        return true;
    }
}
