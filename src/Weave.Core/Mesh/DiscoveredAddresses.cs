using System.Net;
using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>
/// Finds in the topology where the peers are that others are connected to and we are not. What it takes is bounded
/// (<see cref="MeshLimits"/>): other peers write the topology, and some of it may be made up.
/// </summary>
internal sealed class DiscoveredAddresses(Topology topology, int port)
{
    private long _revision = -1;
    private Choice _choice = new(_ => false);

    /// <summary>The topology has changed since the last look.</summary>
    internal bool IsBehind => _revision != topology.Revision;

    /// <summary>When the next look is due: the more there is to look at, the later.</summary>
    internal TimeSpan NextLook { get; private set; }

    /// <summary>Chooses anew what ought to be tried.</summary>
    /// <param name="now">The present.</param>
    /// <param name="connectedPeers">Peers that need no looking for, ourselves among them.</param>
    /// <param name="connectedAddresses">Addresses that need no dialling.</param>
    /// <param name="isKnown">An address is tried already: it has precedence, or its pauses would be forgotten.</param>
    internal void Look(TimeSpan now, HashSet<PeerName> connectedPeers, HashSet<string> connectedAddresses, Func<string, bool> isKnown)
    {
        _revision = topology.Revision;
        _choice = new Choice(isKnown);
        int looked = 0;
        foreach (PeerEntry teller in InOrder(connectedPeers))
        {
            _choice.Begin();
            foreach (PeerLink link in teller.Links.Take(MeshLimits.LinksPerTeller))
            {
                looked++;
                if (!connectedPeers.Contains(link.Remote) && AddressOf(link) is string address && !connectedAddresses.Contains(address))
                {
                    _choice.Offer(link.Remote, address, topology.Entry(link.Remote) is { Uid: not 0 });
                }
            }
        }

        _choice.Settle();
        NextLook = now + (MeshTimes.Discovery * (1 + (looked / MeshLimits.LinksPerLook)));
    }

    /// <summary>What was chosen, without what has been connected since.</summary>
    internal void AddTo(SortedDictionary<string, TargetOrigin> wanted, HashSet<PeerName> connectedPeers, HashSet<string> connectedAddresses)
    {
        foreach ((string address, (PeerName peer, TargetOrigin origin)) in _choice.Taken)
        {
            if (!connectedPeers.Contains(peer) && !connectedAddresses.Contains(address))
            {
                wanted[address] = origin;
            }
        }
    }

    /// <summary>Our neighbours first: they know best who has just come.</summary>
    private IEnumerable<PeerEntry> InOrder(HashSet<PeerName> neighbours) => topology.Names
        .Where(name => name != topology.SelfName)
        .OrderBy(name => neighbours.Contains(name) ? 0 : 1)
        .Select(name => topology.Entry(name)!);

    /// <summary>Where to dial the far end of somebody's link; null when the text is no address.</summary>
    private string? AddressOf(PeerLink link)
    {
        if (!IPEndPoint.TryParse(link.Address, out IPEndPoint? address) || address.Port == 0)
        {
            return null;
        }

        // An inbound link shows an ephemeral port; the peer itself listens on the common one.
        return link.Outbound ? address.ToString() : new IPEndPoint(address.Address, port).ToString();
    }

    /// <summary>Takes offers while there is room; those that are tried already before all others.</summary>
    private sealed class Choice(Func<string, bool> isKnown)
    {
        private readonly Dictionary<PeerName, int> _perPeer = [];
        private readonly List<(PeerName Peer, string Address)> _described = [];
        private readonly List<(PeerName Peer, string Address)> _undescribed = [];
        private int _ofTeller;
        private int _describedTaken;
        private int _undescribedTaken;

        /// <summary>By address.</summary>
        internal Dictionary<string, (PeerName Peer, TargetOrigin Origin)> Taken { get; } = [];

        /// <summary>The next offers come from another peer.</summary>
        internal void Begin() => _ofTeller = 0;

        internal void Offer(PeerName peer, string address, bool described)
        {
            if (_ofTeller >= MeshLimits.AddressesPerTeller)
            {
                return;
            }

            _ofTeller++;
            List<(PeerName Peer, string Address)> others = described ? _described : _undescribed;
            if (isKnown(address))
            {
                Take(peer, address, described);
            }
            else if (others.Count < (described ? MeshLimits.DiscoveredTargets : MeshLimits.UndescribedTargets))
            {
                others.Add((peer, address));
            }
        }

        internal void Settle()
        {
            _described.ForEach(offer => Take(offer.Peer, offer.Address, described: true));
            _undescribed.ForEach(offer => Take(offer.Peer, offer.Address, described: false));
        }

        private void Take(PeerName peer, string address, bool described)
        {
            bool room = described ? _describedTaken < MeshLimits.DiscoveredTargets : _undescribedTaken < MeshLimits.UndescribedTargets;
            int sofar = _perPeer.GetValueOrDefault(peer);
            if (Taken.ContainsKey(address) || !room || sofar >= MeshLimits.AddressesPerPeer)
            {
                return;
            }

            _perPeer[peer] = sofar + 1;
            _ = described ? _describedTaken++ : _undescribedTaken++;
            Taken[address] = (peer, described ? TargetOrigin.Described : TargetOrigin.Undescribed);
        }
    }
}
