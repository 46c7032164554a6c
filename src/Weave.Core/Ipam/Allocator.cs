using Weave.Core.Mesh;
using Weave.Core.Primitives;
using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>
/// Gives out addresses that nobody else has: brings together who owns what (<see cref="Ring"/>), what is free of ours
/// (<see cref="Space"/>), who uses it (<see cref="AddressBook"/>) and the other peers.
/// </summary>
/// <remarks>
/// docs/wire/ipam.md. Every event ends in <see cref="Finish"/>: what changed is stored, then told to other peers, then to
/// callers, in this order. In other files: requests, donors, claims, gossip, the ring, holds, commands.
/// </remarks>
public sealed partial class Allocator : IGossipChannel
{
    /// <summary>Name of the gossip channel.</summary>
    public const string ChannelName = "IPallocation";

    /// <summary>The identifier of those who have none: their address is filed under its own text.</summary>
    public const string NoContainer = "_";

    /// <summary>How often unanswered questions are repeated (docs/wire/ipam.md §6).</summary>
    public static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(5);

    /// <summary>How long a dead container keeps its addresses (docs/wire/ipam.md §6).</summary>
    public static readonly TimeSpan ContainerGrace = TimeSpan.FromSeconds(30);

    private readonly AllocatorOptions _options;
    private readonly IGossipSender _sender;
    private readonly IPeerDirectory _directory;
    private readonly IRandom _random;
    private readonly IAllocationStore _store;

    private readonly Ring _ring;
    private readonly Space _space = new();
    private readonly AddressBook _book = new();
    private readonly RangeHolds _holds = new();
    private readonly SortedDictionary<string, TimeSpan> _dead = new(StringComparer.Ordinal);

    private bool _ringChanged;
    private bool _spaceChanged;
    private bool _startOver;
    private bool _tell;
    private bool _retry;
    private bool _retryAllocates;
    private bool _leaving;
    private TimeSpan? _nextTick;
    private Moment _now;

    public Allocator(
        AllocatorOptions options, IGossipSender sender, IPeerDirectory directory, IRandom random, IAllocationStore store)
    {
        _options = options;
        _sender = sender;
        _directory = directory;
        _random = random;
        _store = store;
        Universe = Ipv4Range.Of(options.Universe);
        _ring = new Ring(Universe, directory.Self);
        _paxos = options.IsObserver ? null : new PaxosNode(new NodeId(directory.Self, directory.SelfUid));
        _gossip = new AllocatorGossip(this);
        _outside = new OutsideTable(directory.Self, IsAlive, address => _book.OwnerOf(address) is { } user && !_dead.ContainsKey(user));
        _networks = new NetworkTable(directory.Self, IsAlive);
        _nicknames[directory.Self] = directory.SelfNickname;
        _healers.Add(directory.Self);
    }

    public Ipv4Range Universe { get; }

    /// <summary>
    /// Merges and takes over as original peers do: conflicts are faults, nothing is held. For simulations of mixed meshes.
    /// </summary>
    internal bool FollowsOriginalRule { get; init; }

    /// <summary>What happened that a log should tell; the caller takes them away.</summary>
    public Queue<AllocatorNote> Notes { get; } = new();

    public TimeSpan? NextDeadline
    {
        get
        {
            TimeSpan? next = new[] { _nextDonor, _nextTick, _refuseAt }.Min();
            foreach (TimeSpan died in _dead.Values)
            {
                next = next is { } known && known < died + ContainerGrace ? known : died + ContainerGrace;
            }

            return next;
        }
    }

    private PeerName Self => _directory.Self;

    /// <summary>Takes up what was stored, or begins. Call once, before anything else.</summary>
    public void Start(Moment now)
    {
        _now = now;
        bool restored = Restore(_store.Load());
        foreach (PreClaim found in _options.PreClaims)
        {
            Adopt(found);
        }

        _outsideChanged = true;

        if (restored)
        {
            OwnSpace();
            TellNetworks();
        }
        else if (_options.Seeds.Count > 0)
        {
            Note("Initialising with supplied IPAM seed");
            CreateRing([.. _options.Seeds.Distinct().Order()]);
        }

        Finish();
    }

    public void OnDeadline(Moment now)
    {
        _now = now;
        if (_nextTick <= now.Elapsed)
        {
            _nextTick = null;
            Tick();
        }

        AskNextDonor();
        RefuseBarred();
        foreach (string ident in _dead.Where(pair => pair.Value + ContainerGrace <= now.Elapsed).Select(pair => pair.Key).ToList())
        {
            ReleaseAll(ident);
        }

        Finish();
    }

    // Retry things in case messages got lost between here and recipients.
    private void Tick()
    {
        if (_awaitingConsensus)
        {
            Propose();
        }
        else if (_ring.IsEmpty && HavePending)
        {
            EstablishRing();
        }
        else
        {
            TryPending();
        }

        ForgetAway();
        AskAgreement();
        TellRivals();
        ClaimOrphans();
    }

    private bool Restore(AllocationRecord? stored)
    {
        string? refusal = Refusal(stored);
        if (refusal is null)
        {
            Note(_options.Seeds.Count > 0 ? "Found persisted IPAM data, ignoring supplied IPAM seed" : "Initialising with persisted data");
            _ring.Restore(stored!.Ring!);
            _told = stored.Ring;
            _book.Restore(stored.Owned);
            _holds.Restore(stored.Holds);
            RememberOrphans();
            return true;
        }

        Note(refusal);
        _startOver = stored is not null;
        _recordLost = _forgetful = true;
        if (stored?.Peer == Self)
        {
            _book.Adopt(stored.Owned); // another range, or a ring that is of no use, takes nobody's address away
            RememberOrphans();
        }

        return false;
    }

    private string? Refusal(AllocationRecord? stored)
    {
        if (stored?.Ring is not { } ring || ring.Entries.Count == 0)
        {
            return "No valid persisted data";
        }

        if (stored.Peer != Self)
        {
            return $"Deleting persisted data for peername {stored.Peer}";
        }

        return ring.Range != Universe
            ? $"Deleting persisted data for IPAM range {ring.Range}; our range is {_options.Universe}"
            : RingCheck.FirstFault(ring.Entries, ring.Range);
    }

    // What a process or the bridge has is in use as a matter of fact, whatever anybody's record says.
    private void Adopt(PreClaim found)
    {
        string ident = found.Ident == NoContainer ? found.Cidr.Address.ToString() : found.Ident;
        string? recorded = _book.OwnerOf(found.Cidr.Address);
        if (recorded == ident || (recorded is not null && found.Ident == NoContainer))
        {
            return;
        }

        if (recorded is not null)
        {
            _book.Remove(recorded, found.Cidr.Address);
        }

        _book.Add(ident, found.Cidr, found.IsContainer, found.Engine);
        if (Universe.Contains(found.Cidr.Address))
        {
            _orphans.Add(found.Cidr.Address);
            _outsideChanged = true;
            Schedule();
        }
    }

    /// <summary>Stores, tells peers, answers callers.</summary>
    private void Finish()
    {
        Decide();

        EndSearches();
        if (_ringChanged || _spaceChanged)
        {
            ReportFree();
        }

        _spaceChanged = false;
        GatherOutside();
        Store();
        Send();
        Answer();
    }

    private void Decide()
    {
        do
        {
            NoteOrigin();
            Reconsider();
            if (_retry || _retryAllocates)
            {
                Action again = _retry ? TryPending : () => TryAll(_pendingAllocates);
                _retry = _retryAllocates = false;
                again();
            }
        }
        while (_retry || _retryAllocates || _reconsider);
    }

    private void ReportFree()
    {
        for (int i = 0; i < _ring.Entries.Count; i++)
        {
            if (_ring.Entries[i].Peer == Self)
            {
                uint free = 0;
                foreach (Ipv4Range range in _ring.RangesAt(i))
                {
                    free += _space.Free.CountIn(range);
                }

                _ringChanged |= _ring.ReportFree(i, free);
            }
        }
    }

    private void Schedule() => _nextTick ??= _now.Elapsed + RetryInterval;

    private void Note(string text, bool warning = false) => Notes.Enqueue(new AllocatorNote(warning, text));
}
