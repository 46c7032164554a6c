using System.Globalization;

namespace Weave.Cli.Launch;

/// <summary>What launch must know of the Docker host. Passed between hosts as lines of name and value.</summary>
internal sealed record HostFacts
{
    /// <summary>Address of the Docker bridge; empty when there is none.</summary>
    public string DockerBridgeAddress { get; init; } = "";

    public string HostName { get; init; } = "";

    /// <summary>The file behind /etc/resolv.conf.</summary>
    public string ResolvConf { get; init; } = "/etc/resolv.conf";

    /// <summary>The route that the range overlaps; empty for none.</summary>
    public string Overlap { get; init; } = "";

    /// <summary>Rules forbid what weaveDNS needs.</summary>
    public bool ForwardingRejected { get; init; }

    /// <summary>The kernel has a place for pinned programs.</summary>
    public bool HasBpf { get; init; }

    /// <summary>The kernel counts maps against the memory that a process may lock (before Linux 5.11).</summary>
    public bool LocksMaps { get; init; }

    /// <summary>A bridge of ours is there: from an earlier launch, whose containers may still use it.</summary>
    public bool HasOurBridge { get; init; }

    internal string Write() => string.Create(
        CultureInfo.InvariantCulture,
        $"bridge {DockerBridgeAddress}\nhost {HostName}\nresolv {ResolvConf}\noverlap {Overlap}\nrejected {ForwardingRejected}\nbpf {HasBpf}\nlocks {LocksMaps}\nours {HasOurBridge}\n");

    internal static HostFacts Read(string text)
    {
        Dictionary<string, string> lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', 2)).Where(words => words.Length == 2).ToDictionary(words => words[0], words => words[1]);
        return new HostFacts
        {
            DockerBridgeAddress = lines.GetValueOrDefault("bridge", ""),
            HostName = lines.GetValueOrDefault("host", ""),
            ResolvConf = lines.GetValueOrDefault("resolv", "/etc/resolv.conf"),
            Overlap = lines.GetValueOrDefault("overlap", ""),
            HasBpf = lines.GetValueOrDefault("bpf") == "True",
            LocksMaps = lines.GetValueOrDefault("locks") == "True",
            HasOurBridge = lines.GetValueOrDefault("ours") == "True",
            ForwardingRejected = lines.GetValueOrDefault("rejected") == "True",
        };
    }
}
