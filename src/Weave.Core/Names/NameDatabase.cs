using Weave.Core.Mesh;
using Weave.Core.Primitives;
using Weave.Wire.Dns;
using Weave.Wire.Names;
using Weave.Wire.Primitives;

namespace Weave.Core.Names;

/// <summary>
/// Every name of the whole network, told from peer to peer on the channel <c>nameserver</c>. Each peer changes only its own
/// entries; deleted ones stay as tombstones until everybody has heard.
/// </summary>
/// <remarks>
/// docs/wire/names.md. Single-threaded. A message that cannot be taken is a fault for status and log, and changes nothing.
/// </remarks>
public sealed class NameDatabase : IGossipChannel
{
    /// <summary>How long a tombstone is kept, and how often that is looked at.</summary>
    public static readonly TimeSpan TombstoneLifetime = TimeSpan.FromMinutes(30);

    /// <summary>By how much the clocks of two peers may differ: half of <see cref="TombstoneLifetime"/>.</summary>
    public const long GossipWindowSeconds = 900;

    /// <summary>Name of the gossip channel.</summary>
    public const string Channel = "nameserver";

    private static readonly TimeSpan StrangersLookedAtEvery = TimeSpan.FromMinutes(1);

    private readonly IPeerDirectory _peers;
    private readonly IGossipSender _sender;
    private readonly HashSet<NameEntry> _entries = new(NameOrder.Key);
    private readonly Dictionary<PeerName, int> _counts = [];
    private readonly OwnNames _own = new();
    private readonly StrangerEntries _strangers = new();
    private NameEntry[]? _sorted = [];
    private TimeSpan _nextPurge = TombstoneLifetime;
    private TimeSpan _nextStrangers = StrangersLookedAtEvery;

    /// <param name="domain">The domain of all names, such as <c>weave.local.</c>; a missing final dot is added.</param>
    /// <param name="peers">Who is there.</param>
    /// <param name="sender">How to tell.</param>
    public NameDatabase(string domain, IPeerDirectory peers, IGossipSender sender)
    {
        Domain = Qualify(domain);
        _peers = peers;
        _sender = sender;
    }

    /// <summary>With its final dot.</summary>
    public string Domain { get; }

    /// <summary>What DNS answers from; safe to read from any thread.</summary>
    public NameIndex Index { get; } = new();

    /// <summary>Grows with every change.</summary>
    public long Generation { get; private set; }

    public int Count => _entries.Count;

    /// <summary>Who last told more names than fit (<see cref="PeerLimits"/>), and how many were left out since; null while all fit.</summary>
    public (PeerName Origin, long LeftOut)? Excess { get; private set; }

    /// <summary>Live entries that this peer registered.</summary>
    public int OwnLiveCount => _own.Count;

    public TimeSpan? NextDeadline => _nextPurge < _nextStrangers ? _nextPurge : _nextStrangers;

    /// <summary>All entries, tombstones included, in table order.</summary>
    public IReadOnlyList<NameEntry> InTableOrder() => [.. _entries.Order(NameOrder.Table)];

    /// <summary>Live entries that this peer registered for a container.</summary>
    public IReadOnlyList<NameEntry> OwnOf(string container) => [.. _own.Of(container)];

    /// <summary>With a final dot.</summary>
    public static string Qualify(string name) => name.EndsWith('.') ? name : name + ".";

    /// <summary>Names outside the domain cannot be registered.</summary>
    public bool IsInDomain(string hostname)
    {
        Span<byte> name = stackalloc byte[DnsName.MaxSize];
        Span<byte> domain = stackalloc byte[DnsName.MaxSize];
        if (!DnsName.TryParse(hostname, name, out int nameLength) || !DnsName.TryParse(Domain, domain, out int domainLength))
        {
            return false;
        }

        DnsName.ToLower(name[..nameLength], name);
        DnsName.ToLower(domain[..domainLength], domain);
        return DnsName.IsWithin(name[..nameLength], domain[..domainLength]);
    }

    /// <summary>Makes <paramref name="hostname"/> resolve to <paramref name="address"/> on the whole network.</summary>
    /// <returns>False, and nothing changed, when it is not in the domain.</returns>
    public bool Register(Moment now, string container, string hostname, Ipv4Address address)
    {
        hostname = Qualify(hostname);
        if (!IsInDomain(hostname))
        {
            return false;
        }

        NameEntry entry = new(hostname, _peers.Self, container, address, 0, 0);
        if (_entries.TryGetValue(entry, out NameEntry? known))
        {
            entry = known.IsLive ? known : known with { Tombstone = 0, Version = known.Version + 1 };
        }

        Store(entry);
        Tell(now, [entry]); // also when nothing changed: the original does, and it repairs what a neighbour lost
        return true;
    }

    /// <summary>Deletes own entries; an omitted part matches anything. Host names are compared with their case.</summary>
    /// <returns>How many were deleted.</returns>
    public int Delete(Moment now, string? container, string? hostname, Ipv4Address? address)
    {
        hostname = hostname is null ? null : Qualify(hostname);
        List<NameEntry> deleted = [];
        foreach (NameEntry entry in _own.Of(container))
        {
            if ((hostname is null || entry.Hostname == hostname) && (address is null || entry.Address == address))
            {
                deleted.Add(entry with { Tombstone = now.UnixSeconds, Version = entry.Version + 1 });
            }
        }

        deleted.ForEach(Store);
        Tell(now, deleted);
        return deleted.Count;
    }

    public GossipData? CompleteState(Moment now) =>
        _entries.Count == 0 ? null : NamesGossip.OfSorted(now.UnixSeconds, Sorted());

    public GossipOutcome OnGossip(Moment now, PeerName neighbour, ReadOnlySpan<byte> payload)
    {
        if (Receive(now, payload, out List<NameEntry> news) is { } fault)
        {
            return GossipOutcome.Failed(fault);
        }

        return news.Count == 0 ? GossipOutcome.Nothing : new GossipOutcome(NamesGossip.Of(now.UnixSeconds, news));
    }

    /// <summary>Relays all that came from known peers, new to us or not: the peers behind us may not have it.</summary>
    public GossipOutcome OnBroadcast(Moment now, PeerName originator, ReadOnlySpan<byte> payload)
    {
        if (Decode(now, payload, out NamesGossip? gossip) is { } fault)
        {
            return GossipOutcome.Failed(fault);
        }

        List<NameEntry> known = TakeKnown(now, gossip!);
        Merge(now, known);
        return known.Count == 0 ? GossipOutcome.Nothing : new GossipOutcome(NamesGossip.Of(gossip!.Timestamp, known));
    }

    public GossipOutcome OnUnicast(Moment now, PeerName originator, ReadOnlySpan<byte> payload) => GossipOutcome.Nothing;

    /// <summary>Entries that came before the peer did are taken now, and told, so that the peer itself can correct old ones.</summary>
    public void OnPeerKnown(Moment now, PeerName peer)
    {
        List<NameEntry> news = Merge(now, [.. _strangers.Take(now.Elapsed, peer)]);
        Tell(now, news);
    }

    /// <summary>Its entries go without a tombstone: nobody else may speak for it, and it will tell them again on its return.</summary>
    public void OnPeerForgotten(Moment now, PeerName peer)
    {
        if (peer != _peers.Self)
        {
            RemoveWhere(entry => entry.Origin == peer);
            Excess = Excess?.Origin == peer ? null : Excess;
        }
    }

    public void OnDeadline(Moment now)
    {
        if (now.Elapsed >= _nextStrangers)
        {
            _nextStrangers = now.Elapsed + StrangersLookedAtEvery;
            _strangers.Expire(now.Elapsed);
        }

        if (now.Elapsed >= _nextPurge)
        {
            _nextPurge = now.Elapsed + TombstoneLifetime;
            long oldest = now.UnixSeconds - (long)TombstoneLifetime.TotalSeconds;
            // One from the future would stay for ever; nobody whose clock we accept has told it in good faith.
            RemoveWhere(entry => !entry.IsLive && (entry.Tombstone < oldest || entry.Tombstone > now.UnixSeconds + GossipWindowSeconds));
        }
    }

    private string? Receive(Moment now, ReadOnlySpan<byte> payload, out List<NameEntry> news)
    {
        news = [];
        if (Decode(now, payload, out NamesGossip? gossip) is { } fault)
        {
            return fault;
        }

        news = Merge(now, TakeKnown(now, gossip!));
        return null;
    }

    private static string? Decode(Moment now, ReadOnlySpan<byte> payload, out NamesGossip? gossip)
    {
        gossip = null;
        if (!NamesMessage.TryDecode(payload, out long timestamp, out List<NameEntry> entries, out string? fault))
        {
            return fault;
        }

        Int128 skew = (Int128)timestamp - now.UnixSeconds;
        if (skew > GossipWindowSeconds || skew < -GossipWindowSeconds)
        {
            return $"host clock skew of {skew}s exceeds {GossipWindowSeconds}s limit";
        }

        gossip = NamesGossip.Of(timestamp, entries);
        return null;
    }

    private List<NameEntry> TakeKnown(Moment now, NamesGossip gossip)
    {
        List<NameEntry> known = new(gossip.Entries.Count);
        foreach (NameEntry entry in gossip.Entries)
        {
            if (entry.Hostname.Length > PeerLimits.TextLength || entry.Container.Length > PeerLimits.TextLength)
            {
                LeaveOut(entry.Origin); // no question can ask for it
            }
            else if (entry.Origin == _peers.Self || _peers.Contains(entry.Origin))
            {
                known.Add(entry);
            }
            else
            {
                _strangers.Keep(now.Elapsed, entry);
            }
        }

        return known;
    }

    /// <summary>Takes what is newer; <paramref name="incoming"/> itself gets our word on entries that are ours.</summary>
    private List<NameEntry> Merge(Moment now, List<NameEntry> incoming)
    {
        List<NameEntry> news = [];
        List<NameEntry> corrections = [];
        for (int i = 0; i < incoming.Count; i++)
        {
            if (incoming[i].Origin == _peers.Self)
            {
                incoming[i] = Correct(now, incoming[i], corrections);
            }

            NameEntry entry = incoming[i];
            bool held = _entries.TryGetValue(entry, out NameEntry? known);
            if (!held && !HasRoomFor(entry.Origin))
            {
                LeaveOut(entry.Origin);
            }
            else if (!held || entry.Supersedes(known!))
            {
                Store(entry);
                news.Add(entry);
            }
        }

        Tell(now, corrections);
        return news;
    }

    /// <summary>Our own always have: this host's containers are found whatever others tell.</summary>
    private bool HasRoomFor(PeerName origin) => origin == _peers.Self
        || (_entries.Count < PeerLimits.Names && _counts.GetValueOrDefault(origin) < PeerLimits.NamesPerPeer);

    private void LeaveOut(PeerName origin) => Excess = (origin, (Excess?.LeftOut ?? 0) + 1);

    /// <summary>Nobody else decides about our entries: whoever has something newer than we do hears from us.</summary>
    private NameEntry Correct(Moment now, NameEntry claimed, List<NameEntry> corrections)
    {
        bool held = _entries.TryGetValue(claimed, out NameEntry? ours);
        if (claimed.Version == long.MaxValue)
        {
            return ours ?? claimed with { Version = 0, Tombstone = now.UnixSeconds }; // cannot be outbid
        }

        if (held && (claimed.Version > ours!.Version || (claimed.Version == ours.Version && claimed.Tombstone != ours.Tombstone)))
        {
            corrections.Add(ours with { Version = claimed.Version + 1 });
            return corrections[^1];
        }

        if (!held && claimed.IsLive)
        {
            corrections.Add(claimed with { Version = claimed.Version + 1, Tombstone = now.UnixSeconds });
            return corrections[^1];
        }

        return claimed;
    }

    private void Store(NameEntry entry)
    {
        Tally(entry.Origin, _entries.Remove(entry) ? 0 : 1);
        _entries.Add(entry);
        Index.Set(entry);
        if (entry.Origin == _peers.Self)
        {
            _own.Set(entry);
        }

        Changed();
    }

    private void RemoveWhere(Predicate<NameEntry> condition)
    {
        foreach (NameEntry entry in _entries.Where(entry => condition(entry)).ToList())
        {
            _entries.Remove(entry);
            Tally(entry.Origin, -1);
            Index.Remove(entry);
            Changed();
        }

        _entries.TrimExcess();
    }

    private void Tally(PeerName origin, int more)
    {
        int count = _counts.GetValueOrDefault(origin) + more;
        if (count == 0)
        {
            _counts.Remove(origin);
        }
        else
        {
            _counts[origin] = count;
        }
    }

    private void Changed()
    {
        _sorted = null;
        Generation++;
    }

    private NameEntry[] Sorted() => _sorted ??= [.. _entries.Order(NameOrder.Wire)];

    private void Tell(Moment now, List<NameEntry> entries)
    {
        if (entries.Count > 0)
        {
            _sender.Broadcast(NamesGossip.Of(now.UnixSeconds, entries));
        }
    }
}
