using Weave.Plugin;

namespace Weave.Tests.Plugin;

public sealed class HostsFileTests
{
    [Theory]
    [InlineData("::ffff:10.32.0.1\tfoo.weave.local foo\n", "10.32.0.1\tfoo.weave.local foo\n")]
    [InlineData("127.0.0.1\tlocalhost\n::1\tlocalhost\n::ffff:10.32.0.1 foo\nff02::1\tall\n", "127.0.0.1\tlocalhost\n::1\tlocalhost\n10.32.0.1 foo\nff02::1\tall\n")]
    [InlineData("::ffff:a20:1\tfoo\n", "::ffff:a20:1\tfoo\n")]
    [InlineData("# ::ffff:10.32.0.1\tfoo", "# ::ffff:10.32.0.1\tfoo")]
    [InlineData("::ffff:10.32.0.1", "::ffff:10.32.0.1")]
    [InlineData("", "")]
    public void Mapped_addresses_become_plain_ones_and_nothing_else_changes(string before, string after) =>
        Assert.Equal(after, HostsFile.Mended(before));

    [Fact]
    public void The_file_stays_the_same_file_and_ends_where_its_text_ends()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "::ffff:10.32.0.1\tfoo\n");
            using FileStream mounted = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            Assert.True(HostsFile.Mend(path));
            Assert.False(HostsFile.Mend(path));
            using StreamReader reader = new(mounted);
            Assert.Equal("10.32.0.1\tfoo\n", reader.ReadToEnd());
        }
        finally
        {
            File.Delete(path);
        }
    }
}
