using Weave.Core.Names;
using Weave.Core.Primitives;
using Weave.Fuzz.Dns;
using Weave.Tests.Support;
using Weave.Wire.Dns;

namespace Weave.Tests.Core.Names;

/// <summary>Must never happen 9, for DNS: whatever comes gets FORMERR or silence, and never more bytes than it had.</summary>
public sealed class DnsHostileTests
{
    private static readonly byte[] Good = DnsMessages.Query("web.weave.local", DnsRecordType.Address, ednsSize: 1232);

    private readonly byte[] _reply = new byte[NameResolver.LargestMessage];
    private readonly NameResolver _resolver = new(new NamesPeer().Database.Index, "weave.local.", 1, new SeededRandom(1));

    [Fact]
    public void Nothing_comes_back_to_fragments_of_a_header_and_to_responses()
    {
        for (int size = 0; size < DnsHeader.Size; size++)
        {
            Assert.Equal(NameAnswer.Silence, Ask(Good[..size]));
        }

        byte[] response = [.. Good];
        response[2] |= 0x80;
        Assert.Equal(NameAnswer.Silence, Ask(response));
    }

    [Fact]
    public void A_query_cut_off_anywhere_is_malformed()
    {
        for (int size = DnsHeader.Size; size < Good.Length; size++)
        {
            Assert.Equal(NameAnswer.Complain, Ask(Good[..size]));
            Assert.Equal(DnsResponseCode.FormatError, LastCode());
        }
    }

    [Theory]
    [InlineData("123401000001000000000000c00c00010001")] // the question points to itself
    [InlineData("123401000001000000000000c0ff00010001")] // and behind the message
    [InlineData("123401000000000000000000")] // no question at all
    [InlineData("12340100ffffffffffffffff036f6e6500000100")] // counts without contents
    [InlineData("1234010000010000000000010161000001000100002904d000000000ffff")] // OPT longer than the message
    public void Lies_are_malformed(string hex)
    {
        Assert.Equal(NameAnswer.Complain, Ask(Convert.FromHexString(hex)));
        Assert.Equal(DnsResponseCode.FormatError, LastCode());
    }

    [Theory]
    [InlineData(1)] // inverse query
    [InlineData(2)] // status
    [InlineData(4)] // notify
    [InlineData(5)] // update
    [InlineData(15)]
    public void What_is_not_a_plain_query_is_not_implemented(int opcode)
    {
        byte[] query = [.. Good];
        query[2] = (byte)(opcode << 3);
        Assert.Equal(NameAnswer.Complain, Ask(query));
        Assert.Equal(DnsResponseCode.NotImplemented, LastCode());
    }

    [Fact]
    public void Ten_thousand_random_mutations_do_no_harm()
    {
        SeededRandom dice = new(20);
        byte[][] seeds = [.. Vectors.Json("nameserver/dns.json").GetProperty("queries").EnumerateArray()
            .Select(row => row.GetProperty("query").Hex())];
        for (int run = 0; run < 10_000; run++)
        {
            byte[] input = [.. seeds[dice.Next(seeds.Length)]];
            for (int i = dice.Next(8); i >= 0; i--)
            {
                input[dice.Next(input.Length)] = (byte)dice.Next(256);
            }

            DnsFuzz.Fuzz(input.AsSpan(0, dice.Next(20) == 0 ? dice.Next(input.Length) : input.Length));
        }
    }

    private NameAnswer Ask(byte[] query)
    {
        NameAnswer answer = _resolver.Answer(query, true, _reply, out int length);
        Assert.True(length <= query.Length);
        return answer;
    }

    private DnsResponseCode LastCode()
    {
        DnsHeader.TryRead(_reply, out DnsHeader header);
        return header.ResponseCode;
    }
}
