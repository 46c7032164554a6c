using Weave.Core.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Overlay;

/// <summary>One way to carry frames between peers: <c>fastdp</c> (kernel) or <c>sleeve</c> (user space). Called in the control loop.</summary>
public interface ISubOverlay
{
    /// <summary>The name in the <c>Overlays</c> feature.</summary>
    string Name { get; }

    /// <summary>Adds feature keys of its own; original peers ignore keys that they do not know.</summary>
    void AddFeatures(IDictionary<string, string> features);

    /// <summary>Gets ready for a neighbour; sends nothing yet.</summary>
    /// <returns>Null when this overlay cannot serve the neighbour; <paramref name="whyNot"/> then says why.</returns>
    ISubForwarder? Prepare(OverlayConnection connection, ISubForwarderEvents events, out string whyNot);

    void RoutesChanged(RoutesSnapshot routes);

    void PeersForgotten(IReadOnlyList<PeerName> peers);
}
