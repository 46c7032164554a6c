using Weave.SystemTests.Support;

namespace Weave.SystemTests;

/// <summary>The published native binary, run as a user runs it.</summary>
public sealed class BinaryTests
{
    [Fact]
    public void Version_is_printed() =>
        Assert.StartsWith("weave script 3.", Shell.Run(Repository.Binary, "version"), StringComparison.Ordinal);

    [Fact]
    public void The_binary_needs_nothing_but_libc_and_libm()
    {
        IEnumerable<string> needed = Shell.Bash($"objdump -p {Repository.Binary} | sed -n 's/^ *NEEDED *//p'").Split('\n');
        Assert.Empty(needed.Except(["libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"]));
    }
}
