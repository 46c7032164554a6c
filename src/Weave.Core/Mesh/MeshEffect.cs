using System.Net;
using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>What the mesh router wants done. A closed set: the shell (daemon or simulator) carries out each, in order.</summary>
public abstract record MeshEffect
{
    private MeshEffect()
    {
    }

    /// <summary>Dial <paramref name="Target"/>; answer with OnDialled or OnClosed for this id.</summary>
    public sealed record Dial(ConnectionId Id, IPEndPoint Target) : MeshEffect;

    /// <summary>Look up <paramref name="Name"/>; answer with OnFound or OnNotFound for <paramref name="Text"/>.</summary>
    public sealed record LookUp(string Text, string Name) : MeshEffect;

    /// <summary>Queue bytes on the TCP connection; when they have left, answer with OnWritable.</summary>
    public sealed record Write(ConnectionId Id, ReadOnlyMemory<byte> Bytes) : MeshEffect;

    /// <summary>Close the TCP connection (linger 0). The router has already forgotten it.</summary>
    public sealed record Close(ConnectionId Id, string Reason) : MeshEffect;

    /// <summary>The handshake is done: get the overlays ready for this neighbour, but send nothing yet.</summary>
    public sealed record OverlayPrepare(OverlayConnection Connection) : MeshEffect;

    /// <summary>The connection is registered: start heartbeats.</summary>
    public sealed record OverlayConfirm(ConnectionId Id) : MeshEffect;

    /// <summary>
    /// A control message for the overlay. <paramref name="Tag"/> is the message tag (1, 2, 3 or 7) and
    /// <paramref name="Payload"/> everything after it; unchecked.
    /// </summary>
    public sealed record OverlayControl(ConnectionId Id, byte Tag, ReadOnlyMemory<byte> Payload) : MeshEffect;

    /// <summary>The connection is over.</summary>
    /// <param name="Id">Which.</param>
    /// <param name="Linger">
    /// The neighbour closed the control connection but the overlay may be alive: data goes on until the overlay itself
    /// is lost or a new connection to the same neighbour takes over.
    /// </param>
    public sealed record OverlayStop(ConnectionId Id, bool Linger) : MeshEffect;

    /// <summary>Publish new routes to the data plane.</summary>
    public sealed record RoutesChanged(RoutesSnapshot Routes) : MeshEffect;

    /// <summary>Peers left the topology: their learned MAC addresses are worthless.</summary>
    public sealed record PeersForgotten(IReadOnlyList<PeerName> Peers) : MeshEffect;

    /// <summary>The list of configured targets changed and is to be stored (for <c>--resume</c>).</summary>
    public sealed record StoreTargets(IReadOnlyList<string> Targets) : MeshEffect;

    /// <summary>Something worth a log line.</summary>
    public sealed record Note(MeshNote Kind, PeerName Peer, string Address, string Text) : MeshEffect;
}
