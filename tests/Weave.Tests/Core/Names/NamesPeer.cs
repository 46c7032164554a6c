using Weave.Core.Mesh;
using Weave.Core.Names;
using Weave.Core.Primitives;
using Weave.Wire.Names;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Names;

/// <summary>A name database with a topology that the test sets and a mouth whose words the test reads.</summary>
internal sealed class NamesPeer : IPeerDirectory, IGossipSender
{
    private readonly SortedSet<PeerName> _known = [];

    internal NamesPeer(ulong self = 1, params ulong[] others)
    {
        Self = new PeerName(self);
        _known.Add(Self);
        _known.UnionWith(others.Select(other => new PeerName(other)));
        Database = new NameDatabase("weave.local.", this, this);
    }

    internal NameDatabase Database { get; }

    /// <summary>What was broadcast and not yet taken.</summary>
    internal List<NamesGossip> Said { get; } = [];

    internal Moment Now { get; set; } = new(TimeSpan.FromMinutes(1), 1_700_000_000);

    public PeerName Self { get; }

    public ulong SelfUid => Self.Value;

    public string SelfNickname => $"host{Self.Value}";

    public IEnumerable<PeerName> Names => _known;

    public bool Contains(PeerName peer) => _known.Contains(peer);

    public string? NicknameOf(PeerName peer) => Contains(peer) ? $"host{peer.Value}" : null;

    public void Gossip(GossipData data) => Said.Add((NamesGossip)data);

    public void Broadcast(GossipData data) => Said.Add((NamesGossip)data);

    public bool TryUnicast(PeerName destination, byte[] payload) => false;

    internal void Meet(ulong peer)
    {
        _known.Add(new PeerName(peer));
        Database.OnPeerKnown(Now, new PeerName(peer));
    }

    internal void Forget(ulong peer)
    {
        _known.Remove(new PeerName(peer));
        Database.OnPeerForgotten(Now, new PeerName(peer));
    }

    internal bool Register(string hostname, string address, string container = "c1") =>
        Database.Register(Now, container, hostname, Ipv4Address.Parse(address));

    internal GossipOutcome Hear(params NameEntry[] entries) =>
        Database.OnGossip(Now, new PeerName(2), NamesMessage.Encode(Now.UnixSeconds, entries));

    internal static NameEntry Entry(
        string hostname, ulong origin, string address, long version = 0, long tombstone = 0, string container = "c2") =>
        new(hostname, new PeerName(origin), container, Ipv4Address.Parse(address), version, tombstone);

    internal IEnumerable<string> Live() =>
        Database.InTableOrder().Where(entry => entry.IsLive).Select(entry => $"{entry.Hostname} {entry.Address}");
}
