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
        Assert.True(DnsHeader.TryRead(reply, out DnsHeader header));
        Assert.Equal(recorded.GetProperty("answerCount").GetInt32(), header.Answers);
        Assert.Equal(recorded.GetProperty("truncated").GetBoolean(), (header.Flags & DnsFlags.Truncated) != 0);
        Assert.Equal(recorded.GetProperty("authoritative").GetBoolean(), (header.Flags & DnsFlags.Authoritative) != 0);
        if (header.Authority == 1)
        {
            // The one difference: "there is no such record" comes with an SOA (docs/compatibility.md).
            Assert.True(recorded.GetProperty("answerCount").GetInt32() == 0 && header.ResponseCode == DnsResponseCode.NoError);
            reply = reply[..recorded.GetProperty("responseLength").GetInt32()];
            header = header with { Authority = 0 };
            byte[] withoutSoa = reply.ToArray();
            header.Write(withoutSoa);
            reply = withoutSoa;
        }

        Assert.Equal(recorded.GetProperty("responseLength").GetInt32(), reply.Length);
        if (recorded.TryGetProperty("response", out JsonElement response) && header.Answers <= 1)
        {
            Assert.Equal(Convert.ToHexString(response.Hex()), Convert.ToHexString(reply));
        }
    }

    private ReadOnlySpan<byte> Ask(byte[] query, bool isDatagram)
    {
        NameAnswer answer = _resolver.Answer(query, isDatagram, _reply, out int length);
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
