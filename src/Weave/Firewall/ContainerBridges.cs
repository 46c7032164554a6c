using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Weave.Daemon;
using Weave.Docker;
using Weave.Docker.Model;
using Weave.Linux.Netlink;

namespace Weave.Firewall;

/// <summary>
/// Which links containers are behind: our bridge, and Docker's, by the names that it gives them. Other bridges may have a name
/// that a user chose for Docker: Docker is asked, in the background and again for as long as there are such. A bridge that nobody
/// knows of may have peers behind it.
/// </summary>
internal sealed partial class ContainerBridges(DaemonOptions options, TimeProvider time, ILogger<ContainerBridges> logger, DockerClient? docker = null) : IDisposable
{
    private const string BridgeName = "com.docker.network.bridge.name";
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _end = new();
    private HashSet<string> _told = [];
    private long? _asked;

    /// <summary>The last question, until it is answered.</summary>
    internal Task Asking { get; private set; } = Task.CompletedTask;

    /// <summary>Those among the links of this host, by name.</summary>
    internal IReadOnlyList<string> Among(IReadOnlyList<Link> links)
    {
        string[] bridges = [.. links.Where(link => link.Kind == "bridge").Select(link => link.Name)];
        if (bridges.Any(name => !IsKnown(name)))
        {
            Ask();
        }

        return [.. bridges.Where(name => IsKnown(name) || _told.Contains(name)).Order(StringComparer.Ordinal)];
    }

    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
    }

    private bool IsKnown(string name) => name == options.WeaveBridge || name == options.DockerBridge || DockerName().IsMatch(name);

    private void Ask()
    {
        if (docker is not null && Asking.IsCompleted && (_asked is not { } last || time.GetElapsedTime(last) >= AskEvery))
        {
            _asked = time.GetTimestamp();
            Asking = AskAsync(docker);
        }
    }

    private async Task AskAsync(DockerClient engine)
    {
        try
        {
            IReadOnlyList<NetworkDetails> networks = await engine.Networks.ListAsync(_end.Token).ConfigureAwait(false);
            _told = networks.Where(network => network.Driver == "bridge").Select(network => network.Options?.GetValueOrDefault(BridgeName) ?? "").ToHashSet();
        }
        catch (Exception reason) when (reason is DockerException or HttpRequestException or IOException or OperationCanceledException)
        {
            logger.BridgesNotTold(reason.Message); // asked again
        }
    }

    /// <summary>docker0, docker_gwbridge, and the beginning of a network's id.</summary>
    [GeneratedRegex("^(docker0|docker_gwbridge|br-[0-9a-f]{12})$")]
    private static partial Regex DockerName();
}
