using System.Text;
using Weave.Core.Primitives;
using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>
/// Every peer we know with its connections: our own entry, which only we change, and the others', which newer
/// tellings replace. Never ends: an update that cannot be read changes nothing.
/// </summary>
/// <remarks>docs/wire/mesh.md §1.1, §1.8, §1.9, §1.13.</remarks>
public sealed class Topology
{
    private readonly Dictionary<PeerName, PeerEntry> _peers = [];
    private readonly List<PeerName> _names = [];
    private readonly ShortIdTable _shortIds = new();
    private readonly IRandom _random;
    private readonly PeerEntry _self;
    private RouteGraph? _graph;

    public Topology(PeerName self, string nickname, ulong uid, ShortId shortId, IRandom random, ulong version = 0)
    {
        _random = random;
        _self = new PeerEntry(self) { Nickname = nickname, Uid = uid, ShortId = shortId, Version = version, Holds = 1 };
        Add(_self, new TopologyChanges());
    }

    public PeerRecord Self => _self.ToRecord();

    public PeerName SelfName => _self.Name;

    public ulong SelfUid => _self.Uid;

    public string SelfNickname => _self.Nickname;

    public ulong SelfVersion => _self.Version;

    public ShortId SelfShortId => _self.ShortId!.Value;

    public int Count => _peers.Count;

    /// <summary>Every known peer, ourselves included, ascending.</summary>
    public IReadOnlyList<PeerName> Names => _names;

    /// <summary>Grows with every change, so that what was derived can be kept until then.</summary>
    public long Revision { get; private set; }

    /// <summary>The connections as a graph; computed once per revision.</summary>
    internal RouteGraph Graph
    {
        get
        {
            if (_graph is null || _graph.Revision != Revision)
            {
                _graph = RouteGraph.From(this, _graph);
            }

            return _graph;
        }
    }

    public bool Contains(PeerName peer) => _peers.ContainsKey(peer);

    /// <summary>The entry of <paramref name="peer"/>; null when it is not known.</summary>
    public PeerRecord? Find(PeerName peer) => Entry(peer)?.ToRecord();

    public string? NicknameOf(PeerName peer) => Entry(peer)?.Nickname;

    /// <summary>Who owns <paramref name="id"/>; null when nobody does.</summary>
    public PeerName? OwnerOf(ShortId id) => _shortIds.OwnerOf(id);

    internal PeerEntry? Entry(PeerName peer) => _peers.GetValueOrDefault(peer);

    /// <summary>
    /// Counts a live connection to <paramref name="peer"/>, which becomes known with version 0 when it was not, as it
    /// introduced itself.
    /// </summary>
    public void Hold(PeerName peer, string nickname, ulong uid, ShortId? shortId, TopologyChanges changes)
    {
        PeerEntry? entry = Entry(peer);
        if (entry is null)
        {
            entry = new PeerEntry(peer) { Nickname = nickname, Uid = uid, ShortId = shortId };
            Add(entry, changes);
            SettleOwnShortId(changes);
        }

        entry.Holds++;
    }

    /// <summary>The connection counted by <see cref="Hold"/> is over. Collecting is left to <see cref="Collect"/>.</summary>
    public void Release(PeerName peer)
    {
        if (Entry(peer) is { Holds: > 0 } entry)
        {
            entry.Holds--;
        }
    }

    /// <summary>Our connection to <paramref name="link"/>'s remote was registered, or became established.</summary>
    public void SetOwnLink(PeerLink link)
    {
        PeerLink[] links = [.. _self.Links.Where(old => old.Remote != link.Remote), link];
        Array.Sort(links, static (a, b) => a.Remote.CompareTo(b.Remote));
        ChangeSelf(links);
    }

    public void RemoveOwnLink(PeerName remote) => ChangeSelf([.. _self.Links.Where(old => old.Remote != remote)]);

    /// <summary>Takes an update as it was sent, allocating nothing for what is no news.</summary>
    /// <returns>False, with nothing changed, when it cannot be read.</returns>
    public bool TryMerge(ReadOnlySpan<byte> payload, TopologyChanges changes, out TopologyMerge merge, out string? error)
    {
        List<PeerName> described = [];
        List<PeerRecord> candidates = [];
        HashSet<PeerName> strangers = [];
        merge = default;
        TopologyReader reader = new(payload);
        while (reader.NextPeer(out TopologyPeer told))
        {
            described.Add(told.Name);
            PeerEntry? known = Entry(told.Name);
            int links = 0;
            if (known is null || IsCandidate(told, known))
            {
                PeerRecord candidate = Materialise(told, ref reader, known);
                links = candidate.Links.Count;
                strangers.UnionWith(candidate.Links.Select(link => link.Remote).Append(told.Name).Where(name => !_peers.ContainsKey(name)));
                candidates.Add(candidate);
            }
            else if (told.Version != known.Version || told.Uid != known.Uid)
            {
                NoteStrangers(ref reader, strangers);
            }

            if (Excess(told, links, strangers) is { } excess)
            {
                error = excess;
                return false;
            }
        }

        error = reader.Error;
        if (error is not null)
        {
            return false;
        }

        merge = Merge(candidates, changes) with { Described = Ascending(described) };
        AddPlaceholders(strangers, changes);
        return true;
    }

    /// <summary>Takes an update. Taking it again yields nothing fresh.</summary>
    public TopologyMerge Merge(IReadOnlyList<PeerRecord> update, TopologyChanges changes)
    {
        HashSet<PeerName> unknown = AddNewcomers(update, changes);
        List<PeerName> fresh = [];
        foreach (PeerRecord told in update)
        {
            if (told.Name == _self.Name)
            {
                OnToldOfSelf(told, changes);
                continue;
            }

            PeerEntry entry = _peers[told.Name];
            if (unknown.Remove(told.Name) || IsNewer(told.Version, told.Uid, told.ShortId, entry))
            {
                Replace(entry, told, changes);
                fresh.Add(told.Name);
            }
        }

        SettleOwnShortId(changes);
        return new TopologyMerge(Ascending(update.Select(told => told.Name)), Ascending(fresh));
    }

    /// <summary>
    /// Removes every peer that is neither reachable over anybody's connections nor held. <paramref name="alsoReachable"/>
    /// count as connected to us.
    /// </summary>
    public void Collect(IReadOnlyCollection<PeerName> alsoReachable, TopologyChanges changes)
    {
        HashSet<PeerName> reached = Graph.Reachable(alsoReachable);
        List<PeerEntry> lost = [.. _peers.Values.Where(entry => entry.Holds == 0 && !reached.Contains(entry.Name))];
        if (lost.Count == 0)
        {
            return;
        }

        lost.Sort(static (a, b) => a.Name.CompareTo(b.Name));
        foreach (PeerEntry entry in lost)
        {
            Forget(entry, changes);
        }

        _names.RemoveAll(name => !_peers.ContainsKey(name));
        SettleOwnShortId(changes);
    }

    /// <summary>Version first; then the UID, so that all agree on one of two incarnations; then whoever has a short id.</summary>
    private static bool IsNewer(ulong version, ulong uid, ShortId? shortId, PeerEntry known) =>
        version != known.Version ? version > known.Version
        : uid != known.Uid ? uid > known.Uid
        : shortId is not null && known.ShortId is null;

    /// <summary>Worth reading whole: news of another, or talk of ourselves.</summary>
    private bool IsCandidate(in TopologyPeer told, PeerEntry known) =>
        known == _self ? told.Uid != _self.Uid : IsNewer(told.Version, told.Uid, told.ShortId, known);

    private static PeerRecord Materialise(in TopologyPeer told, ref TopologyReader reader, PeerEntry? known)
    {
        List<PeerLink> links = [];
        while (links.Count <= PeerLimits.LinksPerPeer && reader.NextLink(out TopologyLink link))
        {
            // Most links of an update are as before: their text is kept rather than made anew.
            PeerLink before = default;
            bool same = known is not null && known.TryFindLink(link.Remote, out before) && Ascii.Equals(link.AddressUtf8, before.Address);
            links.Add(same ? new PeerLink(link.Remote, before.Address, link.Outbound, link.Established) : link.ToRecord());
        }

        return new PeerRecord(told.Name, told.Nickname, told.Uid, told.Version, told.ShortId, links.ToArray());
    }

    /// <summary>Why an update is more than fits, looked at while it is read; null when it fits.</summary>
    private string? Excess(in TopologyPeer told, int links, HashSet<PeerName> strangers) =>
        links > PeerLimits.LinksPerPeer ? $"{told.Name} has more than {PeerLimits.LinksPerPeer} links"
        : _peers.Count + strangers.Count > PeerLimits.Peers ? $"more than {PeerLimits.Peers} peers"
        : null;

    private void NoteStrangers(ref TopologyReader reader, HashSet<PeerName> strangers)
    {
        while (_peers.Count + strangers.Count <= PeerLimits.Peers && reader.NextLink(out TopologyLink link))
        {
            if (!_peers.ContainsKey(link.Remote))
            {
                strangers.Add(link.Remote);
            }
        }
    }

    private void AddPlaceholders(HashSet<PeerName> strangers, TopologyChanges changes)
    {
        foreach (PeerName stranger in strangers.Where(name => !_peers.ContainsKey(name)).Order())
        {
            Add(new PeerEntry(stranger), changes);
        }
    }

    private static IReadOnlyList<PeerName> Ascending(IEnumerable<PeerName> names) => [.. names.Distinct().Order()];

    /// <summary>Described peers first, so that names seen only at the far end of a connection become placeholders.</summary>
    private HashSet<PeerName> AddNewcomers(IReadOnlyList<PeerRecord> update, TopologyChanges changes)
    {
        HashSet<PeerName> unknown = [];
        foreach (PeerRecord told in update)
        {
            if (!_peers.ContainsKey(told.Name))
            {
                Add(new PeerEntry(told.Name) { Nickname = told.Nickname, Uid = told.Uid, Version = told.Version, ShortId = told.ShortId }, changes);
                unknown.Add(told.Name);
            }
        }

        foreach (PeerRecord told in update)
        {
            foreach (PeerLink link in told.Links)
            {
                if (!_peers.ContainsKey(link.Remote))
                {
                    Add(new PeerEntry(link.Remote), changes);
                }
            }
        }

        return unknown;
    }

    private void OnToldOfSelf(PeerRecord told, TopologyChanges changes)
    {
        if (told.Uid == _self.Uid || told.Version < _self.Version || told.Version == ulong.MaxValue)
        {
            return;
        }

        _self.Version = told.Version + 1;
        Revision++;
        changes.SelfChanged = true;
        changes.Namesake = told;
    }

    private void Replace(PeerEntry entry, PeerRecord told, TopologyChanges changes)
    {
        entry.Version = told.Version;
        entry.Uid = told.Uid;
        entry.Nickname = told.Nickname;
        entry.Links = Normal(told.Links);
        if (entry.ShortId != told.ShortId)
        {
            ReleaseShortId(entry, changes);
            entry.ShortId = told.ShortId;
            ClaimShortId(entry, changes);
        }

        Revision++;
    }

    /// <summary>Sorted, and the last of several entries for one remote.</summary>
    private static PeerLink[] Normal(IReadOnlyList<PeerLink> told)
    {
        for (int i = 1; i < told.Count; i++)
        {
            if (told[i - 1].Remote.CompareTo(told[i].Remote) >= 0)
            {
                SortedDictionary<PeerName, PeerLink> byRemote = [];
                foreach (PeerLink link in told)
                {
                    byRemote[link.Remote] = link;
                }

                return [.. byRemote.Values];
            }
        }

        return told as PeerLink[] ?? [.. told];
    }

    private void Add(PeerEntry entry, TopologyChanges changes)
    {
        _peers.Add(entry.Name, entry);
        _names.Insert(~_names.BinarySearch(entry.Name), entry.Name);
        ClaimShortId(entry, changes);
        changes.Added.Add(entry.Name);
        Revision++;
    }

    private void Forget(PeerEntry entry, TopologyChanges changes)
    {
        _peers.Remove(entry.Name);
        ReleaseShortId(entry, changes);
        changes.Removed.Add(entry.ToRecord());
        Revision++;
    }

    private void ClaimShortId(PeerEntry entry, TopologyChanges changes)
    {
        if (entry.ShortId is { Value: < ShortId.Count } id)
        {
            changes.ShortIdsMoved |= _shortIds.Claim(id, entry.Name);
        }
    }

    private void ReleaseShortId(PeerEntry entry, TopologyChanges changes)
    {
        if (entry.ShortId is { Value: < ShortId.Count } id)
        {
            changes.ShortIdsMoved |= _shortIds.Release(id, entry.Name);
        }
    }

    /// <summary>Looks for another short id when a lower name has ours. When all are taken we keep it until some peer goes.</summary>
    private void SettleOwnShortId(TopologyChanges changes)
    {
        if (_shortIds.OwnerOf(SelfShortId) == _self.Name || _shortIds.Choose(_random) is not ShortId chosen)
        {
            return;
        }

        ReleaseShortId(_self, changes);
        _self.ShortId = chosen;
        ClaimShortId(_self, changes);
        _self.Version++;
        Revision++;
        changes.SelfChanged = true;
    }

    private void ChangeSelf(PeerLink[] links)
    {
        _self.Links = links;
        _self.Version++;
        Revision++;
    }
}
