using Weave.Core.Mesh;
using Weave.Daemon;
using Weave.Overlay;
using Weave.Wire.Primitives;

namespace Weave.Tests.Fakes;

/// <summary>An overlay that is up as soon as it is confirmed, and keeps what it was told.</summary>
internal sealed class FakeOverlayManager(ControlLoop loop) : IOverlayManager
{
    private IOverlayEvents? _events;

    internal List<string> Calls { get; } = [];

    internal RoutesSnapshot? Routes { get; private set; }

    public void AddFeatures(IDictionary<string, string> features) => features["Overlays"] = "sleeve";

    public void Attach(IOverlayEvents events) => _events = events;

    public void Prepare(OverlayConnection connection) => Calls.Add($"prepare {connection.Remote}");

    public void Confirm(ConnectionId id)
    {
        Calls.Add("confirm");
        Assert.True(loop.TryPost(() =>
        {
            _events!.SendControl(id, 7, [0, 1]);
            _events.Established(id);
        }));
    }

    public void Control(ConnectionId id, byte tag, ReadOnlyMemory<byte> payload) =>
        Calls.Add($"control {tag} {Convert.ToHexString(payload.Span)}");

    public void Stop(ConnectionId id, bool linger) => Calls.Add(linger ? "linger" : "stop");

    public void RoutesChanged(RoutesSnapshot routes) => Routes = routes;

    public void PeersForgotten(IReadOnlyList<PeerName> peers)
    {
    }

    public OverlayStatus? StatusOf(ConnectionId id) => null;
}
