using System.Globalization;
using Weave.Linux.Interop;

namespace Weave.Tests.Linux;

public sealed class ShortTurnsTests
{
    private static readonly Version Since = new(6, 12);

    [Fact]
    public void Threads_of_a_kernel_that_knows_them_get_short_turns_and_others_are_left_alone()
    {
        bool taken = false;
        Thread thread = new(() => taken = ShortTurns.TryTake());
        thread.Start();
        thread.Join();
        string release = File.ReadAllText("/proc/sys/kernel/osrelease");
        Version kernel = Version.Parse(string.Join('.', release.Split('.', '-').Take(2).Select(part => part.Trim())));
        Assert.True(taken == (kernel >= Since), string.Create(CultureInfo.InvariantCulture, $"on {release}"));
    }
}
