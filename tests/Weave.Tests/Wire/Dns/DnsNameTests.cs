using Weave.Wire.Dns;
using Weave.Wire.Primitives;

namespace Weave.Tests.Wire.Dns;

public sealed class DnsNameTests
{
    private readonly byte[] _name = new byte[DnsName.MaxSize];

    [Theory]
    [InlineData(".", ".")]
    [InlineData("a", "a.")]
    [InlineData("a.", "a.")]
    [InlineData("one.weave.local.", "one.weave.local.")]
    [InlineData("One.Weave", "One.Weave.")]
    [InlineData(@"a\.b.c", @"a\.b.c.")]
    [InlineData(@"a\032b.c", @"a\032b.c.")]
    [InlineData(@"a\\b", @"a\\b.")]
    [InlineData("é", @"\195\169.")]
    public void Text_becomes_a_name_and_text_again(string text, string canonical)
    {
        Assert.True(DnsName.TryParse(text, _name, out int length));
        Assert.True(DnsName.TryMeasure(_name.AsSpan(0, length), out int measured));
        Assert.Equal(length, measured);
        Assert.Equal(canonical, DnsName.ToText(_name.AsSpan(0, length)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData(".a")]
    [InlineData("a..b")]
    [InlineData(@"a\")]
    [InlineData(@"a\999")]
    public void Text_that_is_no_name_is_refused(string text) => Assert.False(DnsName.TryParse(text, _name, out _));

    [Fact]
    public void Half_a_surrogate_pair_is_no_name() => Assert.False(DnsName.TryParse("a\ud800", _name, out _));

    [Theory]
    [InlineData(63, 1, true)]
    [InlineData(64, 1, false)]
    [InlineData(49, 5, true)] // 5 * 50 + 1 = 251
    [InlineData(50, 5, false)] // 256
    public void Labels_and_names_have_a_longest_length(int label, int labels, bool accepted)
    {
        string text = string.Join('.', Enumerable.Repeat(new string('x', label), labels));
        Assert.Equal(accepted, DnsName.TryParse(text, _name, out _));
        Assert.Equal(accepted, DnsName.TryParse(text + ".", _name, out _));
    }

    [Fact]
    public void The_longest_name_has_255_bytes()
    {
        string text = string.Join('.', new string('a', 63), new string('b', 63), new string('c', 63), new string('d', 61));
        Assert.True(DnsName.TryParse(text, _name, out int length));
        Assert.Equal(255, length);
        Assert.False(DnsName.TryParse(text + "d", _name, out _));
    }

    [Fact]
    public void A_pointer_is_followed()
    {
        byte[] message = [3, (byte)'f', (byte)'o', (byte)'o', 0, 1, (byte)'a', 0xC0, 0, 0xFF];
        int offset = 5;
        Assert.True(DnsName.TryExpand(message, ref offset, _name, out int length));
        Assert.Equal("a.foo.", DnsName.ToText(_name.AsSpan(0, length)));
        Assert.Equal(9, offset);
    }

    [Theory]
    [InlineData("C000")] // to itself
    [InlineData("C002C000")] // to each other
    [InlineData("C00A")] // forward, out of the message
    [InlineData("0161C000")] // to its own beginning: grows for ever
    [InlineData("C0")] // half a pointer
    [InlineData("03616200")] // a label that ends behind the message
    [InlineData("4061")] // reserved label type
    [InlineData("8000")]
    [InlineData("0161")] // no end
    [InlineData("")]
    public void Names_that_lead_nowhere_are_refused(string hex)
    {
        int offset = 0;
        Assert.False(DnsName.TryExpand(Convert.FromHexString(hex), ref offset, _name, out _));
        Assert.Equal(0, offset);
    }

    [Fact]
    public void The_longest_chain_of_pointers_ends()
    {
        byte[] message = new byte[2 + (2 * 4000)];
        message[0] = 0;
        for (int i = 1; i <= 4000; i++)
        {
            int target = i == 1 ? 0 : 2 * (i - 1);
            message[2 * i] = (byte)(0xC0 | (target >> 8));
            message[(2 * i) + 1] = (byte)target;
        }

        int offset = 8000;
        Assert.True(DnsName.TryExpand(message, ref offset, _name, out int length));
        Assert.Equal((1, 8002), (length, offset));
    }

    [Theory]
    [InlineData("weave.local", "weave.local", true)]
    [InlineData("a.b.weave.local", "weave.local", true)]
    [InlineData("xweave.local", "weave.local", false)]
    [InlineData("local", "weave.local", false)]
    [InlineData("weave.local.com", "weave.local", false)]
    [InlineData("anything", ".", true)]
    public void A_name_is_within_a_domain_by_labels(string name, string domain, bool expected)
    {
        byte[] outer = new byte[DnsName.MaxSize];
        Assert.True(DnsName.TryParse(name, _name, out int length));
        Assert.True(DnsName.TryParse(domain, outer, out int domainLength));
        Assert.Equal(expected, DnsName.IsWithin(_name.AsSpan(0, length), outer.AsSpan(0, domainLength)));
    }

    [Fact]
    public void Reverse_names_name_addresses()
    {
        Ipv4Address address = Ipv4Address.Parse("10.32.0.1");
        Assert.Equal("1.0.32.10.in-addr.arpa.", ReverseName.ToText(address));
        Assert.True(DnsName.TryParse(ReverseName.ToText(address), _name, out int length));
        Assert.True(ReverseName.TryRead(_name.AsSpan(0, length), out Ipv4Address read));
        Assert.Equal(address, read);
    }
}
