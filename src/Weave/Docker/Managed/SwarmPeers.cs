using Weave.Docker.Model;

namespace Weave.Docker.Managed;

/// <summary>Addresses of the other nodes of the swarm.</summary>
public static class SwarmPeers
{
    /// <summary>All ready nodes as a manager knows them; on a worker its managers, which know the rest of the mesh.</summary>
    /// <exception cref="DockerException">Docker cannot be asked now.</exception>
    public static async Task<IReadOnlyList<string>> FindAsync(DockerClient docker, CancellationToken cancel)
    {
        SwarmState? swarm = (await docker.InfoAsync(cancel).ConfigureAwait(false)).Swarm;
        if (swarm is null)
        {
            return [];
        }

        IReadOnlyList<SwarmNode> nodes = swarm.ControlAvailable ? await docker.NodesAsync(cancel).ConfigureAwait(false) : [];
        return Choose(swarm, nodes);
    }

    /// <summary>Each address once, in order, without our own.</summary>
    internal static IReadOnlyList<string> Choose(SwarmState swarm, IReadOnlyList<SwarmNode> nodes)
    {
        SortedSet<string> addresses = new(StringComparer.Ordinal);
        foreach (SwarmManager manager in swarm.RemoteManagers ?? [])
        {
            addresses.Add(HostOf(manager.Addr));
        }

        foreach (SwarmNode node in nodes.Where(node => node.Status?.State == "ready"))
        {
            addresses.Add(AddressOf(node));
        }

        addresses.Remove("");
        addresses.Remove(swarm.NodeAddr ?? "");
        return [.. addresses];
    }

    /// <summary>A manager may report itself as 0.0.0.0; where the others reach it is said elsewhere. Empty when nobody knows.</summary>
    internal static string AddressOf(SwarmNode node) =>
        node.Status?.Addr is { Length: > 0 } and not "0.0.0.0" ? node.Status.Addr : HostOf(node.ManagerStatus?.Addr);

    private static string HostOf(string? address)
    {
        int colon = (address ?? "").LastIndexOf(':');
        return colon > 0 ? address![..colon].Trim('[', ']') : "";
    }
}
