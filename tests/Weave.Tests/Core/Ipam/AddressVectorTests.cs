using System.Text.Json;
using Weave.Core.Ipam;
using Weave.Tests.Support;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Ipam;

public sealed class AddressVectorTests
{
    private static readonly JsonElement Recorded = Vectors.Json("logic/addresses.json");

    [Fact]
    public void Subnets_are_taken_and_refused_as_by_the_original()
    {
        foreach (JsonElement row in Recorded.GetProperty("cidrs").EnumerateArray())
        {
            string input = row.GetProperty("input").GetString()!;
            if (input.StartsWith("::ffff:", StringComparison.Ordinal))
            {
                // The original takes an IPv6-mapped network for a prefix of 104 and computes nonsense; we refuse it.
                Assert.False(SubnetText.TryParseCidr(input, out _, out _));
                continue;
            }

            bool parses = row.IsNull("parseError");
            Assert.Equal(parses, SubnetText.TryParseCidr(input, out Ipv4Cidr cidr, out string error));
            Assert.Equal(row.GetProperty("parseError").GetString() ?? "", error);
            Assert.Equal(row.IsNull("subnetError"), SubnetText.TryParseSubnet(input, out _, out error));
            Assert.Equal(row.GetProperty("subnetError").GetString() ?? "", error);
            if (parses)
            {
                Assert.Equal(row.GetProperty("formatted").GetString(), cidr.ToString());
                Assert.Equal(row.GetProperty("isSubnet").GetBoolean(), cidr.IsNetwork);
                Assert.Equal(row.GetProperty("size").GetUInt32(), Ipv4Range.Of(cidr).Size);
                Ipv4Range hosts = Ipv4Range.HostsOf(cidr);
                Assert.Equal(row.GetProperty("hostRange").EnumerateArray().Select(a => a.GetString()), [hosts.Start.ToString(), hosts.End.ToString()]);
            }
        }
    }

    [Fact]
    public void Addresses_are_taken_and_refused_as_by_the_original()
    {
        foreach (JsonElement row in Recorded.GetProperty("ips").EnumerateArray())
        {
            string input = row.GetProperty("input").GetString()!;
            bool accepted = SubnetText.TryParseAddress(input, out Ipv4Address address, out string error);
            if (input == "::1")
            {
                Assert.False(accepted, "the original makes 0.0.0.0 of an IPv6 address; we refuse it");
                continue;
            }

            Assert.Equal(row.GetProperty("error").GetString() ?? "", error);
            Assert.Equal(row.IsNull("error"), accepted);
            Assert.Equal(row.GetProperty("value").GetUInt32(), address.Value);
        }
    }

    [Fact]
    public void Ranges_are_cut_into_blocks_as_by_the_original()
    {
        foreach (JsonElement row in Recorded.GetProperty("ranges").EnumerateArray())
        {
            Ipv4Range range = Rings.Range(row, "start", "endExclusive");
            Assert.Equal(Rings.Range(row, "biggestAlignedStart", "biggestAlignedEndExclusive"), range.LargestBlock());
            Assert.Equal(row.GetProperty("asCIDRString").GetString(), range.ToCidrText());
            Assert.Equal(row.GetProperty("cidrCover").EnumerateArray().Select(cidr => cidr.GetString()), range.Cover().Select(cidr => cidr.ToString()));
        }
    }

    [Fact]
    public void Ranges_that_touch_become_one()
    {
        foreach (JsonElement row in Recorded.GetProperty("merge").EnumerateArray())
        {
            AddressSet set = AddressSet.Of(Parse(row.GetProperty("input").GetString()!));
            Assert.Equal(row.GetProperty("merged").GetString(), $"[{string.Join(' ', set.Runs)}]");
            Assert.Equal(row.GetProperty("cidrs").GetString(), $"[{string.Join(' ', set.Runs.SelectMany(run => run.Cover()))}]");
        }
    }

    [Theory]
    [InlineData("240.0.0.0/4", "invalid subnet - must end before 255.255.255.255: 240.0.0.0/4")]
    [InlineData("10.32.0.0/12", "")]
    public void A_range_up_to_the_last_address_cannot_be_shared(string text, string expected)
    {
        Assert.Equal(expected.Length == 0, SubnetText.TryParseUniverse(text, out _, out string error));
        Assert.Equal(expected, error);
    }

    private static IEnumerable<Ipv4Range> Parse(string text) => text.Trim('[', ']').Split(' ').Select(part => part.Split('-'))
        .Select(ends => new Ipv4Range(Ipv4Address.Parse(ends[0]).Value, Ipv4Address.Parse(ends[1]).Value + 1));
}
