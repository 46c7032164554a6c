using Microsoft.Extensions.Logging;
using Weave.Core.Ipam;
using Weave.Daemon;
using Weave.Docker;
using Weave.Docker.Model;
using Weave.Linux.Bridge;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Wire.Primitives;

namespace Weave.Ipam;

/// <summary>Addresses that are in use on this host when the daemon starts: of the bridge, and of running containers on it.</summary>
/// <remarks>docs/wire/ipam.md §6. What cannot be asked is logged and left out: the stored record has it in most cases.</remarks>
internal sealed class ExistingAddresses(
    DaemonOptions options, ILinks links, IAddresses addresses, IContainerInterfaces interfaces, DockerClient? docker, ILogger<AddressAllocation> log)
{
    private const string Exposed = "weave:expose";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    internal IReadOnlyList<PreClaim> Find()
    {
        if (links.Find(options.WeaveBridge) is null)
        {
            return [];
        }

        List<PreClaim> found = [.. addresses.List(options.WeaveBridge).Select(cidr => new PreClaim(Exposed, cidr, IsContainer: false))];
        found.AddRange(docker is null ? OfProcesses() : OfContainers(docker));
        return found;
    }

    // The daemon has nothing to do before it knows this, so waiting here costs nothing.
    private List<PreClaim> OfContainers(DockerClient client)
    {
        using CancellationTokenSource limit = new(Patience);
        try
        {
            return Task.Run(() => OfContainersAsync(client, limit.Token)).GetAwaiter().GetResult();
        }
        catch (Exception failure) when (failure is DockerException or IOException or HttpRequestException or OperationCanceledException)
        {
            log.ContainersNotAsked(failure.Message);
            return [];
        }
    }

    private async Task<List<PreClaim>> OfContainersAsync(DockerClient client, CancellationToken cancel)
    {
        List<PreClaim> found = [];
        foreach (ContainerSummary container in await client.Containers.ListAsync(all: false, cancel).ConfigureAwait(false))
        {
            if (await client.Containers.InspectAsync(container.Id, cancel).ConfigureAwait(false) is { State.Pid: > 0 and var pid })
            {
                found.AddRange(Of($"{pid}").Select(cidr => new PreClaim(container.Id, cidr, IsContainer: true)));
            }
        }

        return found;
    }

    // Without Docker there are no names: every process that shares a namespace shows the same addresses once.
    private IEnumerable<PreClaim> OfProcesses() => Directory.EnumerateDirectories(options.ProcPath)
        .Select(Path.GetFileName)
        .Where(name => name is not null && char.IsAsciiDigit(name[0]))
        .SelectMany(pid => Of(pid!))
        .Distinct()
        .Select(cidr => new PreClaim(Allocator.NoContainer, cidr, IsContainer: false));

    private IEnumerable<Ipv4Cidr> Of(string pid)
    {
        try
        {
            return interfaces.OnBridge($"{options.ProcPath}/{pid}/ns/net", options.WeaveBridge).SelectMany(found => found.Addresses);
        }
        catch (Exception failure) when (failure is KernelException or IOException or UnauthorizedAccessException)
        {
            log.NamespaceNotSeen(pid, failure.Message); // it may have ended meanwhile
            return [];
        }
    }
}
