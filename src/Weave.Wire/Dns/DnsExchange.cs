using System.Buffers.Binary;

namespace Weave.Wire.Dns;

/// <summary>What is needed to pass a query on and to recognise its answer, without touching anything else in either.</summary>
/// <remarks>docs/wire/dns.md §5.</remarks>
public static class DnsExchange
{
    /// <summary>Puts another id into a message.</summary>
    public static void SetId(Span<byte> message, ushort id) => BinaryPrimitives.WriteUInt16BigEndian(message, id);

    /// <summary>
    /// <paramref name="response"/> answers <paramref name="query"/>, both as they are on the wire upstream: same id, and the
    /// same first question byte for byte. A response with an error code may leave the question out.
    /// </summary>
    public static bool IsAnswer(ReadOnlySpan<byte> query, ReadOnlySpan<byte> response)
    {
        if (DnsQuery.Read(query, out DnsQuery asked) != DnsQueryKind.Query
            || !DnsHeader.TryRead(response, out DnsHeader header) || !header.IsResponse || header.Id != asked.Header.Id)
        {
            return false;
        }

        return header.Questions == 0
            ? header.ResponseCode != DnsResponseCode.NoError
            : response[DnsHeader.Size..].StartsWith(asked.Question);
    }
}
