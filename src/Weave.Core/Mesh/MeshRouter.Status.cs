using Weave.Core.Primitives;
using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>What is shown of the mesh.</summary>
/// <remarks>Protocol section 6.2.</remarks>
public sealed partial class MeshRouter
{
    /// <summary>
    /// We know exactly these peers, in these incarnations and versions, all our connections carry data, and our data
    /// routes reach everybody.
    /// </summary>
    internal bool Agrees(IReadOnlyDictionary<PeerName, (ulong Uid, ulong Version)> truth) =>
        _topology.Count == truth.Count
        && _routes.Due is null
        && _neighbours.Values.All(connection => connection.Phase == ConnectionPhase.Established)
        && !_routes.Established.Hops.Contains(Adjacency.Unreached)
        && _routes.Established.Hops.Length == truth.Count
        && _topology.Names.All(name =>
            truth.TryGetValue(name, out (ulong Uid, ulong Version) peer)
            && _topology.Entry(name) is { } entry && entry.Uid == peer.Uid && entry.Version == peer.Version);

    /// <summary>A copy of everything that status, report and metrics show.</summary>
    public MeshStatus Status(Moment now) => new()
    {
        Name = Self,
        Nickname = SelfNickname,
        Port = _options.Port,
        ProtocolMinVersion = _options.MinProtocolVersion,
        ProtocolMaxVersion = _options.MaxProtocolVersion,
        Encryption = _options.Password is not null,
        Discovery = _options.Discovery,
        TrustedSubnets = _options.TrustedSubnets,
        Peers = [.. _topology.Names.Select(_topology.Find).OfType<PeerRecord>()],
        UnicastRoutes = [.. _routes.Established.Unicast.OrderBy(route => route.Key).Select(route => new UnicastRoute(route.Key, route.Value))],
        BroadcastRoutes = [.. _routes.Established.UsedBroadcastSources().Select(source => new BroadcastRoute(source, _routes.Established.Broadcast(source)))],
        Connections =
        [
            .. _connections.Values.Where(connection => connection.IsRegistered).Select(connection => connection.ToStatus(lingering: false)),
            .. _lingering.Values.Select(connection => connection.ToStatus(lingering: true)),
        ],
        Attempts = [.. _maker.Targets],
        Targets = _maker.DirectTargets,
        TerminationCount = _maker.TerminationCount,
        Channels = [.. _channels.Values.Select(channel => channel.ToStatus())],
        NameCollision = CurrentCollision(now),
        BytesReceived = _bytesReceived,
        BytesSent = _bytesSent,
    };
}
