using Weave.Core.Names;
using Weave.Core.Primitives;
using Weave.Fuzz.Names;
using Weave.Wire.Dns;
using Weave.Wire.Names;
using Weave.Wire.Primitives;

namespace Weave.Fuzz.Dns;

/// <summary>Any bytes as a DNS message: as a query to the server, as names, and as an answer from upstream.</summary>
public static class DnsFuzz
{
    private static readonly byte[] Reply = new byte[NameResolver.LargestMessage];
    private static readonly byte[] Name = new byte[DnsName.MaxSize];
    private static readonly NameResolver Resolver = MakeResolver();

    public static void Fuzz(ReadOnlySpan<byte> input)
    {
        for (int isDatagram = 0; isDatagram < 2; isDatagram++)
        {
            NameAnswer answer = Resolver.Answer(input, isDatagram == 1, Reply, out int length);
            Check(answer is NameAnswer.Silence or NameAnswer.Forward == (length == 0), "length and decision differ");
            if (length > 0)
            {
                CheckReply(input, Reply.AsSpan(0, length), answer);
            }
        }

        ExpandNames(input);
        _ = NameResolver.WriteFailure(input, Reply);
        _ = DnsExchange.IsAnswer(input, input);
    }

    private static void CheckReply(ReadOnlySpan<byte> query, ReadOnlySpan<byte> reply, NameAnswer answer)
    {
        Check(DnsHeader.TryRead(reply, out DnsHeader header) && header.IsResponse, "a reply that is not a response");
        Check(reply[..2].SequenceEqual(query[..2]), "another id");
        Check(answer != NameAnswer.Complain || reply.Length <= query.Length, "a complaint that amplifies");
        int offset = DnsHeader.Size;
        for (int i = 0; i < header.Questions; i++)
        {
            Check(DnsName.TrySkip(reply, ref offset), "a question that cannot be read");
            offset += 4;
        }

        for (int i = 0; i < header.Answers + header.Authority; i++)
        {
            Check(DnsName.TrySkip(reply, ref offset), "a record that cannot be read");
            offset += 10 + ((reply[offset + 8] << 8) | reply[offset + 9]);
        }

        Check(offset == reply.Length, "a reply with a wrong length");
    }

    private static void ExpandNames(ReadOnlySpan<byte> input)
    {
        for (int start = 0; start < Math.Min(input.Length, 64); start++)
        {
            int offset = start;
            if (DnsName.TryExpand(input, ref offset, Name, out int length))
            {
                Check(DnsName.TryMeasure(Name.AsSpan(0, length), out int measured) && measured == length, "an expanded name is not whole");
                byte[] again = new byte[DnsName.MaxSize];
                Check(
                    DnsName.TryParse(DnsName.ToText(Name.AsSpan(0, length)), again, out int parsed)
                    && again.AsSpan(0, parsed).SequenceEqual(Name.AsSpan(0, length)),
                    "a name does not survive being written as text");
            }
        }
    }

    private static NameResolver MakeResolver()
    {
        NameDatabase names = LonelyPeer.Database();
        for (uint i = 0; i < 60; i++)
        {
            names.Register(default, "c", i < 30 ? "a.weave.local." : "b.weave.local.", new Ipv4Address(0x0A20_0001 + i));
        }

        return new NameResolver(names.Index, names.Domain, 1, new SeededRandom(1));
    }

    private static void Check(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException(what);
        }
    }
}
