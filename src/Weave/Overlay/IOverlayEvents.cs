using Weave.Core.Mesh;

namespace Weave.Overlay;

/// <summary>What the data plane tells the mesh. Called in the control loop, never from inside a call to <see cref="IOverlayManager"/>.</summary>
public interface IOverlayEvents
{
    /// <summary>Frames can travel over this connection. Once a connection.</summary>
    void Established(ConnectionId id);

    /// <summary>No overlay works for this connection: close it. Also for a connection that lingers.</summary>
    void Failed(ConnectionId id, string reason);

    /// <summary>Send a control message: the mesh message tag (1, 2, 3 or 7) and everything after it.</summary>
    void SendControl(ConnectionId id, byte tag, byte[] payload);
}
