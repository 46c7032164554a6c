using Weave.Core.Primitives;
using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>
/// Messages of registered connections, and gossip both ways: received, given to its channel, what was new relayed;
/// queued per connection, encoded when the socket can take it.
/// </summary>
/// <remarks>docs/wire/mesh.md §1.10, §1.12.</remarks>
public sealed partial class MeshRouter
{
    /// <summary>Channels that we do not know are made up by foreign peers: more than this many are not relayed.</summary>
    private const int MaxSurrogates = 64;

    /// <summary>A neighbour with fewer links than this is told all news.</summary>
    private const int FewLinks = 6;

    private readonly RelayQueue _relays = new();
    private readonly SortedSet<PeerName> _ownNews = [];

    /// <summary>Sends a control message of an overlay: the message tag (1, 2, 3 or 7) and everything after it.</summary>
    public void SendOverlayControl(ConnectionId id, byte tag, ReadOnlySpan<byte> payload)
    {
        if (_connections.TryGetValue(id, out MeshConnection? connection) && connection.IsRegistered)
        {
            Send(connection, [tag, .. payload]);
        }
    }

    private void OnMessage(Moment now, MeshConnection connection, ReadOnlyMemory<byte> message)
    {
        connection.Deadline = now.Elapsed + MeshTimes.Silence;
        connection.HeardAt = now.Elapsed;
        _uids.OnAnswered(connection.Peer!.Name);
        if (connection.OverlayDue is not null)
        {
            StartOverlay(connection);
        }

        if (message.IsEmpty)
        {
            return;
        }

        switch ((MessageTag)message.Span[0])
        {
            case MessageTag.SleeveEstablished or MessageTag.SleeveFragmentationReceived or MessageTag.SleeveMtuVerified or MessageTag.OverlayControl:
                _effects.Add(new MeshEffect.OverlayControl(connection.Id, message.Span[0], message[1..]));
                break;
            case MessageTag.Gossip or MessageTag.Unicast or MessageTag.Broadcast:
                OnGossipMessage(now, connection, message.Span);
                break;
        }
    }

    private void OnGossipMessage(Moment now, MeshConnection connection, ReadOnlySpan<byte> message)
    {
        if (!GossipEnvelope.TryRead(message, out GossipEnvelope envelope, out string? error))
        {
            OnFault(now, connection, _channels[TopologyChannel.Name], error!);
        }
        else if (envelope.Tag == MessageTag.Unicast && envelope.Destination != Self)
        {
            RelayUnicast(envelope.Destination, message);
        }
        else if (ChannelOf(envelope.ChannelName) is MeshChannel channel)
        {
            Deliver(now, connection, channel, envelope);
        }
    }

    private void Deliver(Moment now, MeshConnection connection, MeshChannel channel, GossipEnvelope envelope)
    {
        PeerName neighbour = connection.Peer!.Name;
        GossipOutcome outcome = envelope.Tag switch
        {
            MessageTag.Unicast => channel.Machine.OnUnicast(now, envelope.Source, envelope.Payload),
            MessageTag.Broadcast => channel.Machine.OnBroadcast(now, envelope.Source, envelope.Payload),
            _ => channel.Machine.OnGossip(now, neighbour, envelope.Payload),
        };
        TellChanges(now);
        if (outcome.Fault is string fault)
        {
            OnFault(now, connection, channel, fault);
        }

        if (outcome.Relay is not GossipData relay)
        {
            return;
        }

        if (envelope.Tag == MessageTag.Gossip)
        {
            _relays.News(channel.Name, neighbour, relay);
        }
        else if (envelope.Tag == MessageTag.Broadcast && envelope.Source != Self)
        {
            // Our own broadcast that found its way back has been everywhere.
            _relays.Broadcast(channel.Name, envelope.Source, relay);
        }
    }

    /// <summary>
    /// A message that its channel could not take. An original peer closes the connection, and does so again after each
    /// reconnect until the cause is gone; ours counts it, shows it, and leaves connection and data alone.
    /// </summary>
    private void OnFault(Moment now, MeshConnection connection, MeshChannel channel, string fault)
    {
        bool news = channel.LastFault != fault;
        channel.Count(now.Elapsed, connection.Peer!.Name, fault);
        if (_options.OriginalRules)
        {
            End(now, connection, fault, TargetEnd.Failed, linger: false);
        }
        else if (news)
        {
            Note(MeshNote.GossipFault, connection, $"{channel.Name}: {fault}");
        }
    }

    private MeshChannel? ChannelOf(string name)
    {
        if (_channels.TryGetValue(name, out MeshChannel? channel))
        {
            return channel;
        }

        if (_channels.Values.Count(known => known.IsSurrogate) >= MaxSurrogates)
        {
            return null;
        }

        channel = new MeshChannel(name, new SurrogateChannel(), isSurrogate: true);
        _channels.Add(name, channel);
        return channel;
    }

    /// <summary>Queues one message on the way to <paramref name="destination"/>. False when there is no way, or it is blocked.</summary>
    private bool RelayUnicast(PeerName destination, ReadOnlySpan<byte> message) =>
        _routes.TryNextHop(destination, out PeerName hop)
        && _neighbours.TryGetValue(hop, out MeshConnection? next)
        && !next.IsOverflowing
        && Send(next, message);

    /// <summary>Complete state of every channel to random neighbours.</summary>
    private void GossipEverything(Moment now)
    {
        foreach (MeshChannel channel in _channels.Values)
        {
            if (channel.Machine.CompleteState(now) is GossipData state)
            {
                _relays.Repair(channel.Name, state);
            }
        }
    }

    /// <summary>Complete state of every channel to one neighbour that may know nothing of it.</summary>
    private void SendEverything(Moment now, MeshConnection connection)
    {
        foreach (MeshChannel channel in _channels.Values)
        {
            if (channel.Machine.CompleteState(now) is GossipData state)
            {
                connection.Queue.Gossip(channel.Name, state);
                Touch(connection);
            }
        }
    }

    private void AnnounceSelf(Moment now, PeerName? alsoNew = null)
    {
        _updateDue ??= now.Elapsed + MeshTimes.Update;
        if (alsoNew is PeerName peer)
        {
            _ownNews.Add(peer);
        }
    }

    private void TellOwnChanges()
    {
        _updateDue = null;
        _ownNews.Add(Self);
        _relays.News(TopologyChannel.Name, null, new TopologyGossip(_topology, [.. _ownNews]));
        _ownNews.Clear();
    }

    private void OnTopologyMerged(Moment now, bool anythingFresh)
    {
        _collectionDue ??= now.Elapsed + MeshTimes.Collection;
        if (anythingFresh)
        {
            _routes.Request(now.Elapsed);
            _maker.Refresh(now.Elapsed + MeshTimes.Discovery);
        }
    }

    private void Collect(Moment now)
    {
        _collectionDue = null;
        _topology.Collect(_lingering.Keys, _changes);
        TellChanges(now);
    }

    private void Recalculate()
    {
        // A link that both ends call established speaks for itself.
        _straight.RemoveWhere(neighbour => _topology.Graph.IsLinkEstablished(neighbour));
        if (_routes.Recalculate([.. _lingering.Keys.Union(_straight)], _straight))
        {
            _effects.Add(new MeshEffect.RoutesChanged(_routes.Data));
        }
    }

    /// <summary>Tells channels, data plane and log what happened to the topology.</summary>
    private void TellChanges(Moment now)
    {
        if (_changes.Added.Count == 0 && _changes.Removed.Count == 0 && !_changes.SelfChanged && !_changes.ShortIdsMoved)
        {
            return;
        }

        List<PeerName> added = [.. _changes.Added];
        List<PeerRecord> removed = [.. _changes.Removed];
        PeerRecord? namesake = _changes.Namesake;
        if (_changes.SelfChanged)
        {
            AnnounceSelf(now);
        }

        _changes.Clear();
        _routes.Request(now.Elapsed);
        foreach (MeshChannel channel in _channels.Values)
        {
            added.ForEach(peer => channel.Machine.OnPeerKnown(now, peer));
            removed.ForEach(peer => channel.Machine.OnPeerForgotten(now, peer.Name));
        }

        added.ForEach(peer => _effects.Add(new MeshEffect.Note(MeshNote.PeerDiscovered, peer, "", NicknameOf(peer) ?? "")));
        removed.ForEach(peer => _effects.Add(new MeshEffect.Note(MeshNote.PeerForgotten, peer.Name, "", peer.Nickname)));
        if (removed.Count > 0)
        {
            _effects.Add(new MeshEffect.PeersForgotten([.. removed.Select(peer => peer.Name)]));
        }

        if (namesake is not null)
        {
            OnNamesakeHeardOf(now, namesake);
        }
    }

    /// <summary>Whom gossip goes to depends on the routes, so it waits while they are out of date.</summary>
    private void RelayWaiting()
    {
        if (_routes.Due is null && !_relays.IsEmpty)
        {
            _relays.Drain(Relay);
        }
    }

    private void Relay(RelayKind kind, string channel, PeerName peer, GossipData data)
    {
        foreach (PeerName neighbour in kind == RelayKind.Broadcast ? _routes.BroadcastAll(peer) : Audience(kind, peer))
        {
            if (!_neighbours.TryGetValue(neighbour, out MeshConnection? connection))
            {
                continue;
            }

            if (kind == RelayKind.Broadcast)
            {
                connection.Queue.Broadcast(channel, peer, data);
            }
            else
            {
                connection.Queue.Gossip(channel, data);
            }

            Touch(connection);
        }
    }

    /// <summary>
    /// Who is told: random neighbours; news also goes to every neighbour that has few others, since in a star it would
    /// otherwise miss a third of it (docs/adr/0022-news-for-the-badly-connected.md).
    /// </summary>
    private IReadOnlyCollection<PeerName> Audience(RelayKind kind, PeerName except)
    {
        IReadOnlyList<PeerName> chosen = _routes.ChooseNeighbours(except.IsUnknown ? null : except, _random);
        if (kind == RelayKind.Repair || _options.OriginalRules || chosen.Count >= _neighbours.Count - 1)
        {
            return chosen;
        }

        SortedSet<PeerName> audience = [.. chosen];
        audience.UnionWith(_neighbours.Keys.Where(neighbour => neighbour != except && _topology.Entry(neighbour)?.Links.Length < FewLinks));
        return audience;
    }

    /// <summary>The connection may have something to send at the end of this step.</summary>
    private void Touch(MeshConnection connection) => _touched.Add(connection.Id);

    private void PumpTouched()
    {
        if (_touched.Count == 0)
        {
            return;
        }

        foreach (ConnectionId id in _touched.ToArray())
        {
            if (_connections.TryGetValue(id, out MeshConnection? connection))
            {
                Pump(connection);
            }
        }

        _touched.Clear();
    }

    /// <summary>Encodes what waits for as long as the socket can take more, and hands it the bytes.</summary>
    private void Pump(MeshConnection connection)
    {
        List<byte[]> payloads = [];
        while (connection.IsRegistered && connection.CanTakeMore && connection.Queue.TryTake(out PendingGossip next))
        {
            payloads.Clear();
            next.Data.Encode(payloads);
            foreach (byte[] payload in payloads)
            {
                Send(connection, next.Originator is PeerName originator
                    ? GossipEnvelope.WriteBroadcast(next.Channel, originator, payload)
                    : GossipEnvelope.WriteGossip(next.Channel, Self, payload));
            }
        }

        Flush(connection);
    }

    private void Flush(MeshConnection connection)
    {
        ReadOnlyMemory<byte> bytes = connection.TakeOutput();
        if (!bytes.IsEmpty)
        {
            connection.InFlight += bytes.Length;
            connection.BytesSent += bytes.Length;
            _bytesSent += bytes.Length;
            _effects.Add(new MeshEffect.Write(connection.Id, bytes));
        }
    }

    /// <summary>Frames one message. False when it must not leave (docs/wire/mesh.md §8) or cannot any more.</summary>
    private bool Send(MeshConnection connection, ReadOnlySpan<byte> message)
    {
        if (connection.Session is not { IsIntroduced: true } session)
        {
            return false;
        }

        Touch(connection);
        string? refusal = session.WriteMessage(message, connection.Output);
        if (refusal is not null)
        {
            Note(MeshNote.MessageWithheld, connection, refusal);
        }

        return refusal is null;
    }

    /// <summary>How the channel <paramref name="name"/> speaks.</summary>
    private sealed class Sender(MeshRouter router, string name) : IGossipSender
    {
        public void Gossip(GossipData data) => router._relays.News(name, null, data);

        public void Broadcast(GossipData data) => router._relays.Broadcast(name, router.Self, data);

        public bool TryUnicast(PeerName destination, byte[] payload) =>
            router.RelayUnicast(destination, GossipEnvelope.WriteUnicast(name, router.Self, destination, payload));
    }
}
