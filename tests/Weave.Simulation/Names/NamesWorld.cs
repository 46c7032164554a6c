using Weave.Core.Mesh;
using Weave.Core.Names;
using Weave.Core.Primitives;
using Weave.Wire.Names;
using Weave.Wire.Primitives;

namespace Weave.Simulation.Names;

/// <summary>
/// Peers that tell each other names over a network that delays, divides and heals; containers that come and go. Everybody
/// is a neighbour of everybody on the same island. A seed is a run.
/// </summary>
/// <remarks>
/// News of who is there, and names, travel apart and overtake each other. Every message is checked: a key never occurs
/// twice in one, which would end an original peer.
/// </remarks>
public sealed class NamesWorld
{
    private const int Neighbours = 2;

    private static readonly TimeSpan GossipEvery = TimeSpan.FromSeconds(30);

    private readonly SeededRandom _dice;
    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> _agenda = new();
    private readonly Dictionary<string, NamesNode> _homes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _living = new(StringComparer.Ordinal);
    private long _order;
    private uint _lastAddress = 0x0A20_0000;

    public NamesWorld(ulong seed, int peers)
    {
        _dice = new SeededRandom(seed);
        Nodes = [.. Enumerable.Range(1, peers).Select(i => new NamesNode(this, new PeerName((ulong)i)))];
        Heal();
        foreach (NamesNode node in Nodes)
        {
            Periodically(node);
        }
    }

    public IReadOnlyList<NamesNode> Nodes { get; }

    public TimeSpan Time { get; private set; }

    /// <summary>What everybody should know, as <c>name address</c>.</summary>
    public IEnumerable<string> Living => _living.Values.Order(StringComparer.Ordinal);

    private Moment Now => new(Time, 1_700_000_000 + (long)Time.TotalSeconds);

    /// <summary>Every peer has exactly the records of the living.</summary>
    public bool IsSettled => Nodes.All(node => node.Records.SequenceEqual(Living));

    /// <summary>Starts a container on a random host.</summary>
    /// <returns>Its id.</returns>
    public string StartContainer()
    {
        NamesNode home = Nodes[_dice.Next(Nodes.Count)];
        string container = $"c{_homes.Count}";
        Ipv4Address address = new(++_lastAddress);
        _homes[container] = home;
        _living[container] = $"n{_homes.Count}.weave.local. {address}";
        home.Database.Register(Now, container, $"n{_homes.Count}.weave.local.", address);
        return container;
    }

    public void KillContainer(string container)
    {
        _living.Remove(container);
        _homes[container].Database.Delete(Now, container, null, null);
    }

    /// <summary>Kills some container at random, if any lives.</summary>
    public void KillAny()
    {
        if (_living.Count > 0)
        {
            KillContainer(_living.Keys.ElementAt(_dice.Next(_living.Count)));
        }
    }

    /// <summary>Cuts the first <paramref name="count"/> hosts off from the rest. Each side forgets the other a little later.</summary>
    public void Divide(int count)
    {
        for (int i = 0; i < Nodes.Count; i++)
        {
            Nodes[i].Island = i < count ? 1 : 0;
        }

        foreach (NamesNode node in Nodes)
        {
            After(Delay(1, 3), () => ForgetOtherIslands(node));
        }
    }

    /// <summary>Joins all islands: connections are made within two seconds, news of peers and names follow in any order.</summary>
    public void Heal()
    {
        foreach (NamesNode node in Nodes)
        {
            node.Island = 0;
        }

        foreach (NamesNode one in Nodes)
        {
            foreach (NamesNode other in Nodes.Where(other => other.Self > one.Self))
            {
                After(Delay(0, 2), () => Connect(one, other));
            }
        }
    }

    /// <summary>A router is restarted: its containers live on, and Docker tells it about them a little later.</summary>
    public void RestartRouter()
    {
        NamesNode node = Nodes[_dice.Next(Nodes.Count)];
        node.Restart();
        foreach (NamesNode other in Nodes.Where(other => other.Island == node.Island && other != node))
        {
            After(Delay(0, 1), () => Connect(node, other));
        }

        After(Delay(0, 2), () =>
        {
            foreach ((string container, string record) in _living.Where(pair => _homes[pair.Key] == node).ToList())
            {
                string[] words = record.Split(' ');
                node.Database.Register(Now, container, words[0], Ipv4Address.Parse(words[1]));
            }
        });
    }

    public void Run(TimeSpan duration)
    {
        TimeSpan end = Time + duration;
        while (_agenda.TryPeek(out _, out (TimeSpan At, long Order) next) && next.At <= end)
        {
            Time = next.At;
            _agenda.Dequeue()();
            foreach (NamesNode node in Nodes.Where(node => node.Database.NextDeadline <= Time))
            {
                node.Database.OnDeadline(Now);
            }
        }

        Time = end;
    }

    internal void Broadcast(NamesNode from, GossipData data)
    {
        foreach (NamesNode to in NeighboursOf(from))
        {
            Send(from, to, data, (node, payload) => node.Database.OnBroadcast(Now, from.Self, payload));
        }
    }

    internal void Gossip(NamesNode from, GossipData data, NamesNode? except)
    {
        List<NamesNode> candidates = [.. NeighboursOf(from).Where(node => node != except)];
        for (int i = 0; i < Neighbours && candidates.Count > 0; i++)
        {
            NamesNode to = candidates[_dice.Next(candidates.Count)];
            candidates.Remove(to);
            SendGossip(from, to, data);
        }
    }

    private IEnumerable<NamesNode> NeighboursOf(NamesNode from) =>
        Nodes.Where(node => node != from && node.Island == from.Island && from.Contains(node.Self));

    private void Periodically(NamesNode node) => After(GossipEvery + Delay(0, 1), () =>
    {
        if (node.Database.CompleteState(Now) is { } state)
        {
            Gossip(node, state, null);
        }

        Periodically(node);
    });

    private void Connect(NamesNode one, NamesNode other)
    {
        if (one.Island != other.Island)
        {
            return;
        }

        Introduce(one, other);
        Introduce(other, one);
    }

    /// <summary>The peer itself is known at once, who is behind it with the next news, and its names come whenever they come.</summary>
    private void Introduce(NamesNode to, NamesNode who)
    {
        to.Meet(Now, who.Self);
        List<PeerName> behind = [.. who.Names];
        After(Delay(0, 0.3), () => behind.ForEach(peer => to.Meet(Now, peer)));
        if (who.Database.CompleteState(Now) is { } state)
        {
            SendGossip(who, to, state);
        }
    }

    private void SendGossip(NamesNode from, NamesNode to, GossipData data) => Send(from, to, data, (node, payload) =>
    {
        GossipOutcome outcome = node.Database.OnGossip(Now, from.Self, payload);
        if (outcome.Relay is { } news)
        {
            Gossip(node, news, except: from);
        }

        return outcome;
    });

    private void Send(NamesNode from, NamesNode to, GossipData data, Func<NamesNode, byte[], GossipOutcome> deliver)
    {
        List<byte[]> payloads = [];
        data.Encode(payloads);
        foreach (byte[] payload in payloads)
        {
            Check(payload);
            After(Delay(0.001, 0.2), () =>
            {
                if (from.Island == to.Island && deliver(to, payload).Fault is { } fault)
                {
                    throw new InvalidOperationException(fault);
                }
            });
        }
    }

    private static void Check(byte[] payload)
    {
        if (!NamesMessage.TryDecode(payload, out _, out List<NameEntry> entries, out string? fault)
            || entries.Distinct(NameOrder.Key).Count() != entries.Count)
        {
            throw new InvalidOperationException(fault ?? "a key twice in one message");
        }
    }

    private void ForgetOtherIslands(NamesNode node)
    {
        foreach (NamesNode other in Nodes.Where(other => other.Island != node.Island))
        {
            node.Forget(Now, other.Self);
        }
    }

    private void After(TimeSpan delay, Action what) => _agenda.Enqueue(what, (Time + delay, _order++));

    private TimeSpan Delay(double fromSeconds, double toSeconds) =>
        TimeSpan.FromSeconds(fromSeconds + (_dice.NextDouble() * (toSeconds - fromSeconds)));
}
