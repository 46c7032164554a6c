using System.Net;
using Weave.Core.Mesh;

namespace Weave.Simulation;

/// <summary>A TCP connection between two simulated peers, and the overlay that goes with it.</summary>
internal sealed class SimulatedLink(SimulatedPeer dialler, ConnectionId diallerId, SimulatedPeer acceptor, IPEndPoint diallerAddress, IPEndPoint acceptorAddress)
{
    internal End Dialler { get; } = new(dialler, diallerId, dialler.Incarnation, diallerAddress);

    internal End Acceptor { get; } = new(acceptor, default, acceptor.Incarnation, acceptorAddress);

    /// <summary>One of its hosts has another address now: nothing gets through any more, and nobody is told.</summary>
    internal bool IsCutOff { get; set; }

    internal End Of(SimulatedPeer peer) => Dialler.Peer == peer ? Dialler : Acceptor;

    /// <summary>By id too, since a peer may have dialled itself.</summary>
    internal End Of(SimulatedPeer peer, ConnectionId id) => Dialler.Peer == peer && Dialler.Id == id ? Dialler : Acceptor;

    internal End Other(End end) => end == Dialler ? Acceptor : Dialler;

    /// <summary>One side.</summary>
    internal sealed class End(SimulatedPeer peer, ConnectionId id, int incarnation, IPEndPoint address)
    {
        internal SimulatedPeer Peer => peer;

        internal ConnectionId Id { get; set; } = id;

        internal IPEndPoint Address => address;

        internal bool Open { get; set; }

        /// <summary>Its router has been told that the other end does not answer.</summary>
        internal bool IsDoubted { get; set; }

        /// <summary>Sends heartbeats: from confirmation until it is stopped for good.</summary>
        internal bool OverlayRuns { get; set; }

        /// <summary>When the last byte of this side arrives at the other: what is written later arrives later.</summary>
        internal TimeSpan ArrivesAt { get; set; }

        /// <summary>When the last byte of this side has left it.</summary>
        internal TimeSpan LeavesAt { get; set; }

        internal int Queued { get; set; }

        internal bool IsAlive => peer.IsRunning && peer.Incarnation == incarnation;
    }
}
