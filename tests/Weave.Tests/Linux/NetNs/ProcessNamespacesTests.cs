using Weave.Linux.NetNs;

namespace Weave.Tests.Linux.NetNs;

public sealed class ProcessNamespacesTests : IDisposable
{
    private readonly string _proc = Directory.CreateTempSubdirectory("weave-proc").FullName;

    public void Dispose() => Directory.Delete(_proc, recursive: true);

    [Fact]
    public void Each_namespace_is_found_once_with_all_its_processes()
    {
        Process(1, "net:[4026531840]");
        Process(700, "net:[4026532000]");
        Process(701, "net:[4026532000]");
        Process(702, "net:[4026531840]");
        Directory.CreateDirectory($"{_proc}/800/ns"); // it has just ended
        Directory.CreateDirectory($"{_proc}/sys");
        Assert.Equal(
            ["1 702", "700 701"],
            ProcessNamespaces.Find(_proc)
                .Select(paths => string.Join(' ', paths.Select(path => int.Parse(path[(_proc.Length + 1)..].Split('/')[0], System.Globalization.CultureInfo.InvariantCulture)).Order()))
                .Order());
    }

    private void Process(int pid, string net)
    {
        Directory.CreateDirectory($"{_proc}/{pid}/ns");
        File.CreateSymbolicLink($"{_proc}/{pid}/ns/net", net);
    }
}
