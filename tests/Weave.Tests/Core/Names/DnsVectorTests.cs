using System.Text.Json;
using Weave.Core.Names;
using Weave.Core.Primitives;
using Weave.Tests.Support;
using Weave.Wire.Dns;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Names;

/// <summary>Raw queries to the original's server, and its answers.</summary>
public sealed class DnsVectorTests
{
    private const int DnsPort = 53;

    private static readonly JsonElement Recorded = Vectors.Json("nameserver/dns.json");

    private readonly byte[] _reply = new byte[NameResolver.LargestMessage];
    private readonly NameResolver _resolver = MakeResolver();

    public static TheoryData<int> Rows() => [.. Enumerable.Range(0, Recorded.GetProperty("queries").GetArrayLength())];

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_recorded_query_gets_the_recorded_answer(int row)
    {
        JsonElement recorded = Recorded.GetProperty("queries")[row];
        byte[] query = recorded.GetProperty("query").Hex();
        ReadOnlySpan<byte> reply = Ask(query, recorded.GetProperty("proto").GetString() == "udp");
        reply = WithoutSoa(reply, recorded.GetProperty("responseLength").GetInt32());
        Assert.True(DnsHeader.TryRead(reply, out DnsHeader header));
        Assert.Equal(recorded.GetProperty("answerCount").GetInt32(), header.Answers);
        Assert.Equal(recorded.GetProperty("truncated").GetBoolean(), (header.Flags & DnsFlags.Truncated) != 0);
        Assert.Equal(recorded.GetProperty("authoritative").GetBoolean(), (header.Flags & DnsFlags.Authoritative) != 0);
        Assert.Equal(recorded.GetProperty("responseLength").GetInt32(), reply.Length);
        if (recorded.TryGetProperty("response", out JsonElement response) && header.Answers <= 1)
        {
            Assert.Equal(Convert.ToHexString(response.Hex()), Convert.ToHexString(reply));
        }
    }

    /// <summary>What dig and the original said to each other, packet by packet.</summary>
    [Fact]
    public void The_captured_questions_of_dig_get_the_captured_answers()
    {
        NamesPeer peer = new();
        peer.Register("web.weave.local.", "10.32.0.1");
        peer.Register("web.weave.local.", "10.40.0.0");
        peer.Register("db.weave.local.", "10.46.0.0");
        NameResolver resolver = new(peer.Database.Index, "weave.local.", 1, new SeededRandom(7));
        string path = Vectors.Path("captures/plain3-dns-lo.pcap");
        List<(byte[] Question, byte[] Answer, bool IsDatagram)> exchanges =
            [.. PcapFile.Exchanges(path, DnsPort).Select(exchange => (exchange.Question, exchange.Answer, true))];
        Assert.Equal(11, exchanges.Count);
        TcpConversation stream = Assert.Single(PcapFile.Conversations(path));
        exchanges.Add((stream.FromDialler[sizeof(ushort)..], stream.FromAcceptor[sizeof(ushort)..], false));
        foreach ((byte[] question, byte[] answer, bool isDatagram) in exchanges)
        {
            ReadOnlySpan<byte> reply = WithoutSoa(Ask(resolver, question, isDatagram), answer.Length);
            Assert.Equal(Convert.ToHexString(InOrder(answer)), Convert.ToHexString(InOrder(reply.ToArray())));
        }
    }

    /// <summary>Addresses come in any order.</summary>
    private static byte[] InOrder(byte[] message)
    {
        Assert.True(DnsHeader.TryRead(message, out DnsHeader header));
        int records = DnsHeader.Size;
        Assert.True(DnsName.TrySkip(message, ref records));
        records += 4;
        return header.Answers < 2
            ? message
            : [.. message.AsSpan(0, records), .. message[records..].Chunk((message.Length - records) / header.Answers)
                .OrderBy(Convert.ToHexString, StringComparer.Ordinal).SelectMany(record => record)];
    }

    /// <summary>The one difference: "there is no such record" comes with an SOA (docs/compatibility.md).</summary>
    private static ReadOnlySpan<byte> WithoutSoa(ReadOnlySpan<byte> reply, int length)
    {
        Assert.True(DnsHeader.TryRead(reply, out DnsHeader header));
        if (header.Authority == 0)
        {
            return reply;
        }

        Assert.True(header.Authority == 1 && header.Answers == 0 && header.ResponseCode == DnsResponseCode.NoError);
        byte[] without = reply[..length].ToArray();
        (header with { Authority = 0 }).Write(without);
        return without;
    }

    private ReadOnlySpan<byte> Ask(byte[] query, bool isDatagram) => Ask(_resolver, query, isDatagram);

    private ReadOnlySpan<byte> Ask(NameResolver resolver, byte[] query, bool isDatagram)
    {
        NameAnswer answer = resolver.Answer(query, isDatagram, _reply, out int length);
        // The recording was made without any upstream server, so what is passed on fails.
        length = answer == NameAnswer.Forward ? NameResolver.WriteFailure(query, _reply) : length;
        return _reply.AsSpan(0, length);
    }

    private static NameResolver MakeResolver()
    {
        NamesPeer peer = new();
        peer.Register("one.weave.local.", "10.32.0.1");
        peer.Register("Mixed.Weave.local.", "10.32.0.2");
        for (uint i = 1; i <= 60; i++)
        {
            peer.Database.Register(peer.Now, "c", "many.weave.local.", new Ipv4Address(0x0A21_0000 + i));
        }

        return new NameResolver(peer.Database.Index, "weave.local.", 1, new SeededRandom(7));
    }
}
