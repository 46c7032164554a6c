namespace Weave.SystemTests.Support;

/// <summary>Three Docker hosts in namespaces of this machine, with the binary installed and an image called <c>test</c>.</summary>
/// <remarks>Made once for all classes of the collection <see cref="Name"/>; each test leaves them as it found them (see <see cref="Clean"/>).</remarks>
public sealed class DockerHosts : IDisposable
{
    public const string Name = "docker hosts";
    public const int Count = 3;

    public DockerHosts()
    {
        Shell.Run(Repository.Testbed, "down");
        Shell.Run(Repository.Testbed, ["up", $"{Count}", .. Roots()]);
        Shell.Run(Repository.Testbed, "image", "test");
        Shell.Run(Repository.Testbed, "install", Repository.Binary);
    }

    /// <summary>WEAVE_ROOTS, "1=DIRECTORY 3=DIRECTORY", names root file systems with another Docker for some hosts.</summary>
    private static string[] Roots() =>
        (Environment.GetEnvironmentVariable("WEAVE_ROOTS") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A line of bash in host <paramref name="host"/>, expected to succeed; its output.</summary>
    internal static string On(int host, string line) => Shell.Run(Repository.Testbed, "sh", $"{host}", line);

    /// <summary>A line of bash in host <paramref name="host"/>, whatever comes of it.</summary>
    internal static Shell.Result TryOn(int host, string line, TimeSpan? timeout = null) =>
        Shell.Try(timeout ?? Shell.DefaultTimeout, Repository.Testbed, "sh", $"{host}", line);

    /// <summary>Any other call of the testbed: <c>docker 1 kill</c>, <c>link 2 down</c>, <c>reboot 1</c>.</summary>
    internal static void Do(params IEnumerable<string> arguments) => Shell.Run(Repository.Testbed, arguments);

    internal static string AddressOf(int host) => Shell.Run(Repository.Testbed, "address", $"{host}");

    /// <summary>Removes all containers and everything of ours from every host.</summary>
    internal static void Clean()
    {
        for (int host = 1; host <= Count; host++)
        {
            On(host, "docker ps -aq --filter name=^weave$ --format '{{.ID}}' >/dev/null; docker ps -a --format '{{.Names}}' | grep -v '^weave' | xargs -r docker rm -f >/dev/null; weave reset --force >/dev/null 2>&1; docker ps -aq | xargs -r docker rm -f >/dev/null");
        }
    }

    /// <summary>No container of the host hangs on the bridge, and soon none has left a link there.</summary>
    internal static void AssertNoEndpoints(int host) => Eventually.True(
        TimeSpan.FromSeconds(10),
        $"host {host} has no endpoint left",
        () => On(host, "ip -o link show type veth | grep -c 'vethw[lg]' || true") == "0",
        () => On(host, "ip -o link show type veth"));

    public void Dispose() => Shell.Run(Repository.Testbed, "down");
}
