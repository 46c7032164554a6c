using Microsoft.Extensions.Logging;
using Weave.Core.Ipam;
using Weave.Daemon;
using Weave.Docker;
using Weave.Docker.Model;
using Weave.Linux.Bridge;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Linux.NetNs;
using Weave.Plugin;
using Weave.Wire.Primitives;

namespace Weave.Ipam;

/// <summary>Addresses that are in use on this host when the daemon starts: of the bridge, and of running containers on it.</summary>
/// <remarks>docs/wire/ipam.md §6. What cannot be asked is logged and left out: the stored record has it in most cases.</remarks>
internal sealed class ExistingAddresses(
    DaemonOptions options, ILinks links, IAddresses addresses, IContainerInterfaces interfaces, DockerClient? docker, ILogger<AddressAllocation> log)
{
    private const string Exposed = "weave:expose";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    internal IReadOnlyList<PreClaim> Find()
    {
        if (links.Find(options.WeaveBridge) is not { } bridge)
        {
            return [];
        }

        List<PreClaim> found = [.. addresses.List(options.WeaveBridge).Select(cidr => new PreClaim(Exposed, cidr, IsContainer: false))];
        Link[] ports = [.. links.List().Where(link => link.Kind == "veth" && link.MasterIndex == bridge.Index && !link.Name.StartsWith("vethwe-", StringComparison.Ordinal))];
        int known = 0;
        HashSet<Ipv4Address> told = [];
        foreach (Link port in ports)
        {
            if (EndpointNames.TryParseAlias(port.Alias, out Ipv4Cidr address, out _))
            {
                found.Add(new PreClaim(Allocator.NoContainer, address, IsContainer: false) { Engine = EngineUse.Endpoint });
                told.Add(address.Address);
                known++;
            }
        }

        // Who is behind the other ports only a look into every container tells. dockerd may be waiting for us right now.
        if (ports.Length > known)
        {
            found.AddRange((docker is null ? OfProcesses() : OfContainers(docker)).Where(claim => !told.Contains(claim.Cidr.Address)));
        }

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
            return [.. OfProcesses()];
        }
    }

    private async Task<List<PreClaim>> OfContainersAsync(DockerClient client, CancellationToken cancel)
    {
        List<PreClaim> found = [];
        foreach (ContainerSummary container in await client.Containers.ListAsync(all: false, cancel).ConfigureAwait(false))
        {
            if (await client.Containers.InspectAsync(container.Id, cancel).ConfigureAwait(false) is { State.Pid: > 0 and var pid })
            {
                found.AddRange((Of($"{options.ProcPath}/{pid}/ns/net") ?? []).Select(cidr => new PreClaim(container.Id, cidr, IsContainer: true)));
            }
        }

        return found;
    }

    // Without Docker there are no names.
    private IEnumerable<PreClaim> OfProcesses() => ProcessNamespaces.Find(options.ProcPath)
        .SelectMany(paths => paths.Select(Of).FirstOrDefault(found => found is not null) ?? [])
        .Distinct()
        .Select(cidr => new PreClaim(Allocator.NoContainer, cidr, IsContainer: false));

    /// <summary>Null when it cannot be seen; the process may have ended meanwhile.</summary>
    private IReadOnlyList<Ipv4Cidr>? Of(string path)
    {
        try
        {
            return [.. interfaces.OnBridge(path, options.WeaveBridge).SelectMany(found => found.Addresses)];
        }
        catch (Exception failure) when (failure is KernelException or IOException or UnauthorizedAccessException)
        {
            log.NamespaceNotSeen(path, failure.Message);
            return null;
        }
    }
}
