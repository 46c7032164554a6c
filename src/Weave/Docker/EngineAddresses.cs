using Weave.Docker.Model;
using Weave.Wire.Primitives;

namespace Weave.Docker;

/// <summary>
/// Every address that Docker has taken on this host, of whatever network: gateways, auxiliary addresses, and those of
/// endpoints of all drivers, in containers or not.
/// </summary>
internal sealed class EngineAddresses(DockerClient docker)
{
    internal async Task<IReadOnlySet<Ipv4Address>> AskAsync(CancellationToken cancel)
    {
        HashSet<Ipv4Address> taken = [];
        foreach (NetworkDetails listed in await docker.Networks.ListAsync(cancel).ConfigureAwait(false))
        {
            if (await docker.Networks.InspectAsync(listed.Id, cancel).ConfigureAwait(false) is { } network)
            {
                taken.UnionWith(Of(network));
            }
        }

        return taken;
    }

    private static IEnumerable<Ipv4Address> Of(NetworkDetails network)
    {
        IEnumerable<string?> pools = (network.IPAM?.Config ?? []).SelectMany(pool => (pool.AuxiliaryAddresses?.Values ?? []).Append(pool.Gateway));
        IEnumerable<string?> members = (network.Containers?.Values ?? []).Select(member => member.IPv4Address);
        foreach (string? text in pools.Concat(members))
        {
            if (Ipv4Address.TryParse(text.AsSpan().IndexOf('/') is var slash and >= 0 ? text.AsSpan(0, slash) : text, out Ipv4Address address))
            {
                yield return address;
            }
        }
    }
}
