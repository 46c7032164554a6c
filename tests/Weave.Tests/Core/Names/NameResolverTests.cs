using Weave.Core.Names;
using Weave.Core.Primitives;
using Weave.Tests.Support;
using Weave.Wire.Dns;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Names;

public sealed class NameResolverTests
{
    private readonly NamesPeer _peer = new();
    private readonly byte[] _reply = new byte[NameResolver.LargestMessage];
    private readonly NameResolver _resolver;

    public NameResolverTests()
    {
        _resolver = new NameResolver(_peer.Database.Index, "weave.local.", 1, new SeededRandom(3));
        _peer.Register("web.weave.local.", "10.32.0.1");
        _peer.Register("a.sub.weave.local.", "10.32.0.2");
    }

    [Theory]
    [InlineData("web.weave.local", 1, NameAnswer.Reply, DnsResponseCode.NoError, 1, 0)]
    [InlineData("WEB.Weave.LOCAL", 1, NameAnswer.Reply, DnsResponseCode.NoError, 1, 0)]
    [InlineData("web", 1, NameAnswer.Reply, DnsResponseCode.NoError, 1, 0)]
    [InlineData("a.sub.weave.local", 1, NameAnswer.Reply, DnsResponseCode.NoError, 1, 0)]
    [InlineData("web.weave.local", 28, NameAnswer.Reply, DnsResponseCode.NoError, 0, 1)] // AAAA: it exists, without one
    [InlineData("web", 28, NameAnswer.Reply, DnsResponseCode.NoError, 0, 1)]
    [InlineData("web.weave.local", 33, NameAnswer.Reply, DnsResponseCode.NoError, 0, 1)] // SRV
    [InlineData("web.weave.local", 16, NameAnswer.Reply, DnsResponseCode.NoError, 0, 1)] // TXT
    [InlineData("web.weave.local", 255, NameAnswer.Reply, DnsResponseCode.NoError, 0, 1)] // ANY
    [InlineData("nobody.weave.local", 28, NameAnswer.Reply, DnsResponseCode.NameError, 0, 0)]
    [InlineData("nobody", 1, NameAnswer.Reply, DnsResponseCode.NameError, 0, 0)]
    [InlineData("sub.weave.local", 1, NameAnswer.Reply, DnsResponseCode.NameError, 0, 0)]
    [InlineData("1.0.32.10.in-addr.arpa", 12, NameAnswer.Reply, DnsResponseCode.NoError, 1, 0)]
    [InlineData("1.0.32.10.IN-ADDR.arpa", 12, NameAnswer.Reply, DnsResponseCode.NoError, 1, 0)]
    [InlineData("1.0.32.10.in-addr.arpa", 1, NameAnswer.Reply, DnsResponseCode.NameError, 0, 0)]
    [InlineData("999.0.32.10.in-addr.arpa", 12, NameAnswer.Reply, DnsResponseCode.NameError, 0, 0)]
    [InlineData("1.1.0.32.10.in-addr.arpa", 12, NameAnswer.Reply, DnsResponseCode.NameError, 0, 0)]
    [InlineData("8.8.8.8.in-addr.arpa", 12, NameAnswer.Forward, DnsResponseCode.NoError, 0, 0)]
    [InlineData("example.com", 1, NameAnswer.Forward, DnsResponseCode.NoError, 0, 0)]
    [InlineData("web.weave.local.example.com", 1, NameAnswer.Forward, DnsResponseCode.NoError, 0, 0)]
    [InlineData("xweave.local", 1, NameAnswer.Forward, DnsResponseCode.NoError, 0, 0)]
    [InlineData(".", 2, NameAnswer.Forward, DnsResponseCode.NoError, 0, 0)]
    public void A_question_gets(string name, int type, NameAnswer answer, DnsResponseCode code, int answers, int authority)
    {
        Assert.Equal(answer, _resolver.Answer(DnsMessages.Query(name, (DnsRecordType)type), true, _reply, out int length));
        if (answer == NameAnswer.Reply)
        {
            Assert.True(DnsHeader.TryRead(_reply.AsSpan(0, length), out DnsHeader header));
            Assert.Equal(
                (code, answers, authority), (header.ResponseCode, (int)header.Answers, (int)header.Authority));
        }
    }

    [Fact]
    public void Every_order_of_addresses_comes_up()
    {
        _peer.Register("web.weave.local.", "10.32.0.5", "other");
        _peer.Register("web.weave.local.", "10.32.0.6", "another");
        HashSet<string> orders = [];
        for (int i = 0; i < 200; i++)
        {
            _resolver.Answer(DnsMessages.Query("web.weave.local", DnsRecordType.Address), true, _reply, out int length);
            orders.Add(string.Join(' ', DnsMessages.Addresses(_reply.AsSpan(0, length))));
        }

        Assert.Equal(6, orders.Count);
    }

    [Fact]
    public void An_address_registered_twice_is_answered_once()
    {
        _peer.Register("web.weave.local.", "10.32.0.1", "restarted");
        _resolver.Answer(DnsMessages.Query("web.weave.local", DnsRecordType.Address), true, _reply, out int length);
        Assert.Equal([Ipv4Address.Parse("10.32.0.1")], DnsMessages.Addresses(_reply.AsSpan(0, length)));
    }

    [Fact]
    public void Several_questions_about_a_local_name_are_refused_as_by_the_original()
    {
        byte[] two = DnsMessages.Query("web.weave.local", DnsRecordType.Address);
        two[5] = 2;
        byte[] query = [.. two, .. two[DnsHeader.Size..]];
        Assert.Equal(NameAnswer.Reply, _resolver.Answer(query, true, _reply, out int length));
        DnsHeader.TryRead(_reply.AsSpan(0, length), out DnsHeader header);
        Assert.Equal(DnsResponseCode.NameError, header.ResponseCode);
    }

    [Fact]
    public void No_answer_allocates_anything()
    {
        for (uint i = 0; i < 100; i++)
        {
            _peer.Database.Register(_peer.Now, "c", "many.weave.local.", new Ipv4Address(0x0A21_0000 + i));
        }

        foreach ((string name, DnsRecordType type) in new[]
        {
            ("web.weave.local", DnsRecordType.Address), ("many", DnsRecordType.Address), ("web", DnsRecordType.AddressV6),
            ("1.0.32.10.in-addr.arpa", DnsRecordType.Pointer), ("nobody", DnsRecordType.Address), ("example.com", DnsRecordType.Address),
        })
        {
            byte[] query = DnsMessages.Query(name, type);
            Allocations.Allocates(0, () => _resolver.Answer(query, true, _reply, out _));
        }
    }
}
