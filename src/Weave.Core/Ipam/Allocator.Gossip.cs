using Weave.Core.Mesh;
using Weave.Core.Primitives;
using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <content>Messages of other peers, and ours to them.</content>
public sealed partial class Allocator
{
    /// <summary>More names than any mesh has: what is beyond is not remembered.</summary>
    private const int MaximumNames = PeerLimits.AllocatorNicknames;

    private readonly SortedDictionary<PeerName, string> _nicknames = [];
    private readonly SortedSet<PeerName> _healers = [];
    private readonly List<(PeerName To, byte[] Payload)> _outbox = [];
    private readonly SortedSet<PeerName> _ringUpdatesTo = [];
    private readonly SortedSet<PeerName> _asks = [];
    private readonly AllocatorGossip _gossip;

    public GossipData? CompleteState(Moment now)
    {
        _now = now;
        return _gossip;
    }

    public GossipOutcome OnGossip(Moment now, PeerName neighbour, ReadOnlySpan<byte> payload)
    {
        _now = now;
        GossipOutcome outcome = OnState(payload, sender: null, neighbour);
        Finish();
        return outcome; // the original passes nothing on, since everybody tells complete state
    }

    public GossipOutcome OnBroadcast(Moment now, PeerName originator, ReadOnlySpan<byte> payload)
    {
        _now = now;
        OnHeardFrom(originator);
        GossipOutcome outcome = OnState(payload, originator, originator); // who relays it has taken what the originator told of his own
        Finish();
        return outcome.Fault is null ? new GossipOutcome(_gossip) : outcome;
    }

    public GossipOutcome OnUnicast(Moment now, PeerName originator, ReadOnlySpan<byte> payload)
    {
        _now = now;
        OnHeardFrom(originator);
        GossipOutcome outcome = OnMessage(originator, payload);
        Finish();
        return outcome;
    }

    public void OnPeerKnown(Moment now, PeerName peer)
    {
        _now = now;
        _goneSince.Remove(peer);
        AskAgreement(peer);
        ClaimOrphans(peer);
        _outside.Know(peer);
        ReportShared();
        Finish();
    }

    public void OnPeerForgotten(Moment now, PeerName peer)
    {
        _now = now;
        _disputes.Remove(peer); // told again when it comes back
        _outside.Forget(peer, Matters, now.Elapsed);
        _reconsider = true; // what is said of it changes
        _toldRival.Remove(peer);
        OnHeardFrom(peer);
        if (!OwnsAny(peer))
        {
            _nicknames.Remove(peer);
            _healers.Remove(peer);
            ForgetNetworks(peer);
        }

        NoteAway(peer);

        Finish();
    }

    internal byte[] EncodeState() => AllocatorMessage.EncodeState(State);

    private AllocatorState State => new(
        _now.UnixSeconds,
        _nicknames,
        Told is null ? _paxos?.Claims : null, // also of a ring that is not stored: others may not conclude without us
        Told,
        FollowsOriginalRule ? [] : [.. _healers])
    {
        Outside = _outside.All,
        Networks = _networks.All,
    };

    private GossipOutcome OnMessage(PeerName sender, ReadOnlySpan<byte> payload)
    {
        if (!AllocatorMessage.TryReadKind(ref payload, out AllocatorMessageKind kind))
        {
            return GossipOutcome.Failed("an allocator message of an unknown kind");
        }

        if (kind == AllocatorMessageKind.RingUpdate)
        {
            OnRingShownBy(sender);
            GossipOutcome outcome = OnState(payload, sender, sender, toUsAlone: true);
            OnWordOf(sender);
            return outcome;
        }

        if (!AllocatorMessage.TryDecodeRange(payload, out Ipv4Range range))
        {
            return GossipOutcome.Failed("a range that cannot be read");
        }

        if (kind == AllocatorMessageKind.SpaceDenied)
        {
            OnDenied(sender, range);
            OnSpaceDenied(sender, range);
        }
        else if (!_ring.IsEmpty && !_leaving)
        {
            Donate(range, sender);
        }

        return GossipOutcome.Nothing;
    }

    /// <param name="payload">Unchecked.</param>
    /// <param name="sender">Who can be answered; null for periodic gossip, which needs no answer.</param>
    /// <param name="from">Who told it; unknown when it went through others.</param>
    /// <param name="toUsAlone">By unicast.</param>
    private GossipOutcome OnState(ReadOnlySpan<byte> payload, PeerName? sender, PeerName from, bool toUsAlone = false)
    {
        if (!AllocatorMessage.TryDecodeState(payload, out AllocatorState? state))
        {
            return GossipOutcome.Failed("an allocator state that cannot be read");
        }

        Learn(state, isPassedOn: sender is not null && !toUsAlone);
        if (_leaving)
        {
            return GossipOutcome.Nothing;
        }

        if (state.Ring is { } ring)
        {
            NoteRange(ring, from);
            return OnRing(ring, from, toUsAlone ? state.Displaced : null);
        }

        if (!_ring.IsEmpty)
        {
            // An elector that proposes, or somebody who asks for a ring. Periodic gossip needs no answer.
            if (sender is { } asker)
            {
                _ringUpdatesTo.Add(asker);
            }
        }
        else if (state.Paxos is { } claims)
        {
            OnClaims(claims);
        }
        else if (_paxos is not null && sender is not null)
        {
            EstablishRing(); // on behalf of a peer that may not vote
        }

        return GossipOutcome.Nothing;
    }

    private void Learn(AllocatorState state, bool isPassedOn)
    {
        foreach ((PeerName peer, string nickname) in state.Nicknames)
        {
            if (_nicknames.ContainsKey(peer) || _nicknames.Count < MaximumNames)
            {
                _nicknames[peer] = nickname;
            }
        }

        if (_healers.Count + state.Healers.Count < MaximumNames)
        {
            _healers.UnionWith(state.Healers);
        }

        LearnOutside(state.Outside, isPassedOn);
        LearnNetworks(state.Networks);
    }

    private bool SendSpaceRequest(PeerName owner, Ipv4Range range) =>
        owner != Self && _sender.TryUnicast(owner, AllocatorMessage.EncodeRange(AllocatorMessageKind.SpaceRequest, range));

    // Everything that tells of our state waits for this: by now the state is stored.
    private void Send()
    {
        TellOutside();
        if (_tell)
        {
            _tell = false;
            _sender.Broadcast(_gossip);
        }

        foreach ((PeerName to, byte[] payload) in _outbox)
        {
            _sender.TryUnicast(to, payload);
        }

        _outbox.Clear();
        foreach (PeerName to in _ringUpdatesTo)
        {
            _sender.TryUnicast(to, AllocatorMessage.EncodeRingUpdate(
                FollowsOriginalRule ? State : State with { Displaced = _former.Of(to, _ring) }));
        }

        _ringUpdatesTo.Clear();
        foreach (PeerName to in _asks)
        {
            _sender.TryUnicast(to, AllocatorMessage.EncodeRingUpdate(State with { Ring = null, Paxos = null }));
        }

        _asks.Clear();
    }
}
