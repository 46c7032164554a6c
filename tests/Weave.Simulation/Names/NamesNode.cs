using Weave.Core.Mesh;
using Weave.Core.Names;
using Weave.Core.Primitives;
using Weave.Wire.Primitives;

namespace Weave.Simulation.Names;

/// <summary>One peer of a <see cref="NamesWorld"/>: its database, and whom it takes to be there.</summary>
public sealed class NamesNode : IPeerDirectory, IGossipSender
{
    private readonly NamesWorld _world;
    private readonly SortedSet<PeerName> _known = [];

    internal NamesNode(NamesWorld world, PeerName self)
    {
        _world = world;
        Self = self;
        _known.Add(self);
        Database = new NameDatabase("weave.local.", this, this);
    }

    public PeerName Self { get; }

    public ulong SelfUid => Self.Value;

    public string SelfNickname => $"host{Self.Value}";

    public IEnumerable<PeerName> Names => _known;

    public NameDatabase Database { get; private set; }

    /// <summary>Which part of a divided network it is in.</summary>
    internal int Island { get; set; }

    /// <summary>What DNS would answer, as <c>name address</c>.</summary>
    public IEnumerable<string> Records =>
        Database.InTableOrder().Where(entry => entry.IsLive).Select(entry => $"{entry.Hostname} {entry.Address}").Order(StringComparer.Ordinal);

    public bool Contains(PeerName peer) => _known.Contains(peer);

    public string? NicknameOf(PeerName peer) => Contains(peer) ? $"host{peer.Value}" : null;

    public void Gossip(GossipData data) => _world.Gossip(this, data, except: null);

    public void Broadcast(GossipData data) => _world.Broadcast(this, data);

    public bool TryUnicast(PeerName destination, byte[] payload) => false;

    internal void Meet(Moment now, PeerName peer)
    {
        if (_known.Add(peer))
        {
            Database.OnPeerKnown(now, peer);
        }
    }

    internal void Forget(Moment now, PeerName peer)
    {
        if (peer != Self && _known.Remove(peer))
        {
            Database.OnPeerForgotten(now, peer);
        }
    }

    /// <summary>The process ends and starts anew, with an empty database.</summary>
    internal void Restart()
    {
        Database = new NameDatabase("weave.local.", this, this);
        _known.RemoveWhere(peer => peer != Self);
    }
}
