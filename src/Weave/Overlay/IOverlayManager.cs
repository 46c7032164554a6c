using Weave.Core.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Overlay;

/// <summary>The data plane as the mesh sees it. All calls come from the control loop, in the order of the mesh's effects.</summary>
public interface IOverlayManager
{
    /// <summary>Adds what our overlays announce in the handshake (<c>Overlays</c> and keys that original peers ignore).</summary>
    void AddFeatures(IDictionary<string, string> features);

    /// <summary>Names who is told of established and failed overlays. Call once, before anything else.</summary>
    void Attach(IOverlayEvents events);

    /// <summary>Gets the overlays ready for a neighbour; nothing is sent yet. What cannot be is reported as failed later.</summary>
    void Prepare(OverlayConnection connection);

    /// <summary>The connection is registered: heartbeats start. Replaces an older one to the same neighbour that lingers.</summary>
    void Confirm(ConnectionId id);

    /// <summary>A control message (tag 1, 2, 3 or 7) from the neighbour, unchecked.</summary>
    void Control(ConnectionId id, byte tag, ReadOnlyMemory<byte> payload);

    /// <summary>The connection is over; with <paramref name="linger"/> data goes on until the overlay itself is lost or replaced.</summary>
    void Stop(ConnectionId id, bool linger);

    void RoutesChanged(RoutesSnapshot routes);

    void PeersForgotten(IReadOnlyList<PeerName> peers);

    /// <summary>What carries the data of a connection, for status; null when nothing does. Safe from any thread.</summary>
    OverlayStatus? StatusOf(ConnectionId id);
}
