using System.Text;
using Weave.Wire.Primitives;

namespace Weave.Tests.Wire.Primitives;

public sealed class ForeignTextTests
{
    [Theory]
    [InlineData("host1", "host1")]
    [InlineData("", "")]
    [InlineData("größe-東京", "größe-東京")]
    [InlineData("\u001b[31mevil\u001b[0m\nfake line", "?[31mevil?[0m?fake line")]
    [InlineData("a\u202eb\u2028c\u0085d\u007f", "a?b?c?d?")]
    public void What_acts_on_a_terminal_is_replaced(string text, string expected)
    {
        Assert.Equal(expected, ForeignText.Read(text));
        Assert.Equal(expected, ForeignText.Read(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(expected, ForeignText.Read(ForeignText.Read(text))); // so that peers agree on it
    }

    [Theory]
    [InlineData("x")]
    [InlineData("é")]
    [InlineData("東")]
    [InlineData("😀")]
    public void Ten_million_characters_become_at_most_255_and_cost_little(string piece)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(piece, 1_000_000)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        string read = ForeignText.Read(utf8);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
        Assert.InRange(read.Length, PeerLimits.TextLength - 1, PeerLimits.TextLength);
        Assert.DoesNotContain('\uFFFD', read);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_an_answer() => Assert.NotEmpty(ForeignText.Read([0xff, 0xfe, 0x80, 0xc3]));
}
