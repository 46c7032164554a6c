using System.Diagnostics;
using System.Reflection;

namespace Weave.SystemTests;

/// <summary>The published native binary, run as a user runs it.</summary>
public sealed class BinaryTests
{
    private static readonly string Root = typeof(BinaryTests).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "SourceRoot").Value!;

    [Fact]
    public void Version_is_printed()
    {
        ProcessStartInfo start = new(Path.Combine(Root, "artifacts", "weave"), "version") { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Assert.Contains("3.", output, StringComparison.Ordinal);
    }
}
