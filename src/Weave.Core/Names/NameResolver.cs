using Weave.Core.Primitives;
using Weave.Wire.Dns;
using Weave.Wire.Primitives;

namespace Weave.Core.Names;

/// <summary>
/// From the bytes of a query to the bytes of its answer, or to the decision to pass it on. Holds no state of its own and
/// allocates nothing, so each thread may have one.
/// </summary>
/// <remarks>
/// docs/wire/dns.md §6. In this order: is it a query; whose name is it; what is asked of it.
/// </remarks>
public sealed class NameResolver
{
    /// <summary>Largest datagram sent to whoever says that it takes more.</summary>
    public const int LargestDatagram = 4096;

    /// <summary>Size of the buffer that any answer fits.</summary>
    public const int LargestMessage = ushort.MaxValue;

    private const int DatagramWithoutEdns = 512;

    private readonly NameIndex _index;
    private readonly IRandom _dice;
    private readonly uint _ttlSeconds;
    private readonly byte[] _domain;
    private readonly Ipv4Address[] _addresses = new Ipv4Address[LargestMessage / 16];

    /// <param name="index">The names.</param>
    /// <param name="domain">Names in it are never passed on.</param>
    /// <param name="ttlSeconds">How long clients may remember answers.</param>
    /// <param name="dice">For the order of addresses.</param>
    /// <exception cref="FormatException"><paramref name="domain"/> is not a domain name.</exception>
    public NameResolver(NameIndex index, string domain, int ttlSeconds, IRandom dice)
    {
        _index = index;
        _dice = dice;
        _ttlSeconds = (uint)ttlSeconds;
        _domain = Parse(domain);
    }

    /// <summary>Answers one query.</summary>
    /// <param name="message">What came.</param>
    /// <param name="isDatagram">It came by UDP, so the size of the answer is limited.</param>
    /// <param name="reply">Where to write the answer: <see cref="LargestMessage"/> bytes, not overlapping the query.</param>
    /// <param name="length">Bytes written.</param>
    public NameAnswer Answer(ReadOnlySpan<byte> message, bool isDatagram, Span<byte> reply, out int length)
    {
        switch (DnsQuery.Read(message, out DnsQuery query))
        {
            case DnsQueryKind.Query:
                return Resolve(query, reply, Limit(query, isDatagram), out length);
            case DnsQueryKind.Malformed:
                length = new DnsResponseWriter(reply, query, DnsResponseCode.FormatError, false).Length;
                return NameAnswer.Complain;
            case DnsQueryKind.UnknownOpcode:
                length = new DnsResponseWriter(reply, query, DnsResponseCode.NotImplemented, false).Length;
                return NameAnswer.Complain;
            default:
                length = 0;
                return NameAnswer.Silence;
        }
    }

    /// <summary>SERVFAIL for a query that nobody could answer.</summary>
    public static int WriteFailure(ReadOnlySpan<byte> message, Span<byte> reply) =>
        DnsQuery.Read(message, out DnsQuery query) == DnsQueryKind.Query
            ? new DnsResponseWriter(reply, query, DnsResponseCode.ServerFailure, false).Length
            : 0;

    private static int Limit(in DnsQuery query, bool isDatagram) =>
        !isDatagram ? LargestMessage
        : query.EdnsSize < 0 ? DatagramWithoutEdns
        : Math.Min(query.EdnsSize, LargestDatagram);

    // A client's limit is kept even when it is absurdly small, but one answer is always sent, as by the original.
    private static Span<byte> Room(in DnsQuery query, Span<byte> reply, int limit, int dataLength)
    {
        const int RecordTail = 10;
        int least = DnsHeader.Size + query.Question.Length + query.Name.Length + RecordTail + dataLength;
        return reply[..Math.Max(limit, least)];
    }

    private NameAnswer Resolve(in DnsQuery query, Span<byte> reply, int limit, out int length)
    {
        Span<byte> buffer = stackalloc byte[DnsName.MaxSize * 2];
        Span<byte> name = buffer[..query.Name.Length];
        DnsName.ToLower(query.Name, name);
        if (DnsName.IsWithin(name, _domain))
        {
            return ResolveLocal(query, name, _domain, reply, limit, out length);
        }

        if (DnsName.IsWithin(name, ReverseName.Domain))
        {
            return ResolveReverse(query, name, reply, out length);
        }

        if (DnsName.CountLabels(name) == 1 && query.Header.Questions == 1)
        {
            _domain.CopyTo(buffer[(name.Length - 1)..]); // over the final zero
            return ResolveLocal(query, buffer[..(name.Length - 1 + _domain.Length)], query.Name, reply, limit, out length);
        }

        length = 0;
        return NameAnswer.Forward;
    }

    private NameAnswer ResolveLocal(
        in DnsQuery query,
        scoped ReadOnlySpan<byte> name,
        scoped ReadOnlySpan<byte> zone,
        Span<byte> reply,
        int limit,
        out int length)
    {
        NameGroup? group = query.Header.Questions == 1 ? _index.Find(name) : null;
        if (group is null)
        {
            return NameError(query, reply, out length);
        }

        if (query.Type == DnsRecordType.Address)
        {
            return WriteAddresses(query, group, Room(query, reply, limit, Ipv4Address.Size), out length);
        }

        // The name exists and has nothing of this type. Without the SOA resolvers would ask again and again (RFC 2308).
        DnsResponseWriter writer = new(Room(query, reply, limit, 0), query, DnsResponseCode.NoError, true);
        writer.TryAddStartOfAuthority(zone, _domain, _ttlSeconds);
        length = writer.Length;
        return NameAnswer.Reply;
    }

    private NameAnswer ResolveReverse(in DnsQuery query, scoped ReadOnlySpan<byte> name, Span<byte> reply, out int length)
    {
        if (query.Header.Questions != 1 || query.Type != DnsRecordType.Pointer
            || !ReverseName.TryRead(name, out Ipv4Address address))
        {
            return NameError(query, reply, out length);
        }

        Span<byte> target = stackalloc byte[DnsName.MaxSize];
        if (_index.Find(address) is not { } group || !DnsName.TryParse(group.First.Hostname, target, out int targetLength))
        {
            length = 0;
            return NameAnswer.Forward;
        }

        DnsResponseWriter writer = new(reply, query, DnsResponseCode.NoError, true);
        writer.TryAddPointer(query.Name, _ttlSeconds, target[..targetLength]);
        length = writer.Length;
        return NameAnswer.Reply;
    }

    private NameAnswer WriteAddresses(in DnsQuery query, NameGroup group, Span<byte> reply, out int length)
    {
        int all = group.AddressCount;
        int skip = all > _addresses.Length ? _dice.Next(all - _addresses.Length + 1) : 0;
        Span<Ipv4Address> addresses = _addresses.AsSpan(0, group.CopyAddresses(_addresses, skip));
        DnsResponseWriter writer = new(reply, query, DnsResponseCode.NoError, true);
        for (int i = 0; i < addresses.Length; i++)
        {
            int chosen = addresses.Length == 1 ? 0 : i + _dice.Next(addresses.Length - i);
            (addresses[i], addresses[chosen]) = (addresses[chosen], addresses[i]);
            if (!writer.TryAddAddress(query.Name, _ttlSeconds, addresses[i]))
            {
                writer.SetTruncated();
                break;
            }
        }

        length = writer.Length;
        return NameAnswer.Reply;
    }

    private static NameAnswer NameError(in DnsQuery query, Span<byte> reply, out int length)
    {
        length = new DnsResponseWriter(reply, query, DnsResponseCode.NameError, false).Length;
        return NameAnswer.Reply;
    }

    private static byte[] Parse(string domain)
    {
        Span<byte> name = stackalloc byte[DnsName.MaxSize];
        if (!DnsName.TryParse(domain, name, out int length))
        {
            throw new FormatException($"\"{domain}\" is not a domain name");
        }

        DnsName.ToLower(name[..length], name);
        return name[..length].ToArray();
    }
}
