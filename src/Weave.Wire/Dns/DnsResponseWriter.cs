using System.Buffers.Binary;
using Weave.Wire.Primitives;

namespace Weave.Wire.Dns;

/// <summary>
/// Writes one response into a buffer of the caller: header, the question as it was asked, then records. Records that do
/// not fit leave the message as it was. Names are not compressed, as original peers send them.
/// </summary>
/// <remarks>docs/wire/dns.md §4. Record: name | type (2) | class (2) | TTL seconds (4) | length (2) | data.</remarks>
public ref struct DnsResponseWriter
{
    private const ushort Internet = 1;
    private const int RecordTail = 10;

    private readonly Span<byte> _buffer;
    private int _answers;
    private int _authority;

    /// <summary>Starts a response to <paramref name="query"/>; <paramref name="buffer"/> must hold header and question.</summary>
    /// <param name="buffer">Where to write; its length is the limit of the message.</param>
    /// <param name="query">What was asked.</param>
    /// <param name="code">The result.</param>
    /// <param name="authoritative">Set AA.</param>
    public DnsResponseWriter(Span<byte> buffer, in DnsQuery query, DnsResponseCode code, bool authoritative)
    {
        _buffer = buffer;
        DnsFlags flags = DnsFlags.Response | DnsFlags.RecursionAvailable | (DnsFlags)code
            | (query.Header.Flags & (DnsFlags.OpcodeMask | DnsFlags.RecursionDesired | DnsFlags.CheckingDisabled))
            | (authoritative ? DnsFlags.Authoritative : DnsFlags.None);
        bool hasQuestion = !query.Question.IsEmpty;
        new DnsHeader(query.Header.Id, flags, hasQuestion ? (ushort)1 : (ushort)0, 0, 0, 0).Write(buffer);
        query.Question.CopyTo(buffer[DnsHeader.Size..]);
        Length = DnsHeader.Size + query.Question.Length;
    }

    /// <summary>Bytes of the message so far.</summary>
    public int Length { get; private set; }

    /// <summary>An A record; false, and nothing written, when it does not fit.</summary>
    public bool TryAddAddress(scoped ReadOnlySpan<byte> name, uint ttlSeconds, Ipv4Address address)
    {
        if (!TryBeginRecord(name, DnsRecordType.Address, ttlSeconds, Ipv4Address.Size, out Span<byte> data))
        {
            return false;
        }

        address.Write(data);
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[6..], (ushort)++_answers);
        return true;
    }

    /// <summary>A PTR record; false, and nothing written, when it does not fit.</summary>
    public bool TryAddPointer(scoped ReadOnlySpan<byte> name, uint ttlSeconds, scoped ReadOnlySpan<byte> target)
    {
        if (!TryBeginRecord(name, DnsRecordType.Pointer, ttlSeconds, target.Length, out Span<byte> data))
        {
            return false;
        }

        target.CopyTo(data);
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[6..], (ushort)++_answers);
        return true;
    }

    /// <summary>
    /// An SOA record in the authority section, which tells resolvers for how long they may remember that there is nothing:
    /// the smaller of its TTL and its last field, here equal. False, and nothing written, when it does not fit.
    /// </summary>
    /// <param name="zone">Owner of the record.</param>
    /// <param name="server">Name of the primary server; also stands in for the mailbox.</param>
    /// <param name="ttlSeconds">TTL, retry and refresh intervals, and the time that absence may be remembered.</param>
    public bool TryAddStartOfAuthority(scoped ReadOnlySpan<byte> zone, scoped ReadOnlySpan<byte> server, uint ttlSeconds)
    {
        const int Numbers = 5 * sizeof(uint);
        int size = (2 * server.Length) + Numbers;
        if (!TryBeginRecord(zone, DnsRecordType.StartOfAuthority, ttlSeconds, size, out Span<byte> data))
        {
            return false;
        }

        server.CopyTo(data);
        server.CopyTo(data[server.Length..]);
        Span<byte> numbers = data[(2 * server.Length)..];
        BinaryPrimitives.WriteUInt32BigEndian(numbers, 1); // serial: nobody transfers this zone
        for (int i = 1; i < 5; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(numbers[(i * sizeof(uint))..], ttlSeconds);
        }

        BinaryPrimitives.WriteUInt16BigEndian(_buffer[8..], (ushort)++_authority);
        return true;
    }

    /// <summary>Sets TC: there would have been more.</summary>
    public readonly void SetTruncated()
    {
        ushort flags = BinaryPrimitives.ReadUInt16BigEndian(_buffer[2..]);
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[2..], (ushort)(flags | (ushort)DnsFlags.Truncated));
    }

    private bool TryBeginRecord(
        scoped ReadOnlySpan<byte> name, DnsRecordType type, uint ttlSeconds, int dataLength, out Span<byte> data)
    {
        int size = name.Length + RecordTail + dataLength;
        if (Length + size > _buffer.Length)
        {
            data = default;
            return false;
        }

        Span<byte> record = _buffer.Slice(Length, size);
        name.CopyTo(record);
        Span<byte> tail = record[name.Length..];
        BinaryPrimitives.WriteUInt16BigEndian(tail, (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(tail[2..], Internet);
        BinaryPrimitives.WriteUInt32BigEndian(tail[4..], ttlSeconds);
        BinaryPrimitives.WriteUInt16BigEndian(tail[8..], (ushort)dataLength);
        data = tail[RecordTail..];
        Length += size;
        return true;
    }
}
