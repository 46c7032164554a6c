using System.Diagnostics;
using Weave.Linux.NetNs;

namespace Weave.SystemTests.Netlink;

/// <summary>An empty network namespace that is removed at the end.</summary>
internal sealed class TestNamespace : IDisposable
{
    private static int _count;

    internal TestNamespace()
    {
        Name = $"docker-t{Environment.ProcessId}-{Interlocked.Increment(ref _count)}";
        Ip("netns", "add", Name);
    }

    internal string Name { get; }

    internal string Path => $"/run/netns/{Name}";

    /// <summary>The second witness: what <c>ip</c> says inside.</summary>
    internal string Inside(params string[] arguments) => Ip(["-n", Name, .. arguments]);

    internal T Run<T>(Func<T> work) => new NetworkNamespaces().Run(Path, work);

    internal void Run(Action work) => Run(() =>
    {
        work();
        return 0;
    });

    public void Dispose() => Ip("netns", "del", Name);

    private static string Ip(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string output = process.StandardOutput.ReadToEnd();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"ip {string.Join(' ', arguments)}: {errors}");
        return output;
    }
}
