using Weave.Core.Ipam;
using Weave.Core.Primitives;
using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Simulation.Ipam;

/// <summary>
/// Random join, leave, partition, heal, crash with and without disk, takeover by one peer or by two at once, among peers of
/// ours and, in every second run, original ones. After every step no address is with two containers; in the end, with
/// all links up, everybody agrees and every request is answered.
/// </summary>
/// <remarks>
/// What the operator must not do is left out, as it is by the documents: taking over a host whose containers still run, or
/// one that has handed over its share itself, or at an original peer at the same time as at another original one; starting
/// a removed host with its old disk. And what nobody can know (<see cref="CanBeKnown"/>).
/// </remarks>
internal sealed partial class AllocatorChaos
{
    private const int MaximumHosts = 9;
    private const int StormOfMessages = 5_000;

    private readonly ulong _seed;
    private readonly SeededRandom _random;
    private readonly AllocatorNetwork _network;
    private readonly bool _mixed;
    private int _containers;
    private int _addresses;
    private int _takeovers;
    private string? _failure;

    private readonly Action<string>? _trace;
    private readonly Dictionary<AllocatorHost, string> _views = [];
    private int _step;

    private AllocatorChaos(ulong seed, Action<string>? trace)
    {
        _seed = seed;
        _trace = trace;
        _random = new SeededRandom(seed);
        _mixed = seed % 2 == 0;
        _network = new AllocatorNetwork(_random, Ipv4Cidr.Parse(_random.Next(2) == 0 ? "10.32.0.0/24" : "10.32.0.0/26"));
    }

    internal static AllocatorChaosResult Run(ulong seed, int steps = 250, Action<string>? trace = null)
    {
        AllocatorChaos chaos = new(seed, trace);
        chaos.Begin();
        int step = 0;
        for (; step < steps && chaos._failure is null; step++)
        {
            chaos._step = step;
            chaos.Step();
            chaos.Show();
        }

        if (chaos._failure is null)
        {
            chaos.End();
        }

        return new AllocatorChaosResult(
            seed,
            chaos._failure is null ? null : $"seed {seed}, step {step}: {chaos._failure}",
            step,
            chaos._network.Delivered,
            chaos._addresses,
            chaos._takeovers,
            chaos._network.Hosts.Sum(host => host.Allocator?.HealedConflicts ?? 0));
    }

    private IEnumerable<AllocatorHost> Up => _network.Hosts.Where(host => host.IsUp);

    private void Begin()
    {
        int count = 2 + _random.Next(4);
        _network.Quorum = (count / 2) + 1;
        for (int i = 0; i < count; i++)
        {
            _network.Start(_network.Add(IsOriginal()));
        }

        foreach (AllocatorHost host in Up.ToList())
        {
            Allocate(host);
        }

        Settle();
    }

    private bool IsOriginal() => _mixed && _random.Next(3) == 0;

    private void Step()
    {
        AllocatorHost? host = Pick(_network.Hosts.Where(host => host.IsUp));
        switch (_random.Next(30))
        {
            case < 8 when host is not null:
                Allocate(host);
                break;
            case < 10 when host is not null:
                Claim(host);
                break;
            case < 15 when host is { Containers.Count: > 0 }:
                Stop(host, host.Containers.Keys.ElementAt(_random.Next(host.Containers.Count)));
                break;
            case 15 or 16:
                int parts = 1 + _random.Next(3);
                _network.Rewire(_ => _random.Next(parts));
                Tell($"partition: {string.Join(' ', _network.Hosts.Select(each => $"{each.Self.Value}:{each.Segment}"))}");
                break;
            case 17 or 18:
                _network.Rewire(_ => 0);
                Tell("heal");
                break;
            case 19 when host is not null && Up.Count() > 1:
                _network.Disconnect(host, host.Kill);
                Tell($"{host.Self} killed");
                break;
            case 20 when host is not null && Up.Count() > 2:
                _network.Disconnect(host, host.PowerOff);
                Tell($"{host.Self} powered off");
                break;
            case 21 or 22 or 23:
                Restart();
                break;
            case 24 when _network.Hosts.Count < MaximumHosts && MayComeEmpty():
                _network.Start(_network.Add(IsOriginal()));
                break;
            case 25 when host is not null && Up.Count() > 2 && MayComeEmpty():
                Leave(host);
                break;
            case 26 or 27:
                TakeOver();
                break;
            default:
                _network.Advance(TimeSpan.FromMilliseconds(100 + _random.Next(8000)));
                break;
        }

        for (int i = _random.Next(40); i > 0 && _network.Deliver(); i--)
        {
        }

        Check(); // beyond the check at every address that is given out
    }

    // What happened on each host: for whoever looks for the cause of a failure.
    private void Show()
    {
        if (_trace is null)
        {
            return;
        }

        foreach (AllocatorHost host in Up)
        {
            while (host.Allocator!.Notes.TryDequeue(out AllocatorNote note))
            {
                Tell($"{host.Self} notes: {note.Text}");
            }

            IpamStatus status = host.Allocator.Status(_network.Universe);
            string view = $"{string.Join(' ', status.Entries.Select(entry => $"{entry.Token}={entry.Peer.Value}v{entry.Version}"))}; held {string.Join(", ", status.Held)}";
            if (_views.GetValueOrDefault(host) != view)
            {
                _views[host] = view;
                Tell($"{host.Self} ring: {view}");
            }
        }
    }

    private void Tell(string what) => _trace?.Invoke($"step {_step}, {_network.Now.Elapsed}: {what}");

    private void Allocate(AllocatorHost host)
    {
        string container = $"c{++_containers}@{host.Self}";
        Submit(host, container, answer => new AllocateRequest(container, _network.Universe, isContainer: true, answer));
    }

    private void Claim(AllocatorHost host)
    {
        string container = $"c{++_containers}@{host.Self}";
        Ipv4Cidr cidr = new(new Ipv4Address(_network.Universe.Address.Value + (uint)_random.Next((int)_network.Universe.Size)), _network.Universe.PrefixLength);
        Submit(host, container, answer => new ClaimRequest(container, cidr, isContainer: true, noErrorOnUnknown: false, answer), cidr);
    }

    private void Submit(AllocatorHost host, string container, Func<Action<AllocationAnswer>, AllocationRequest> make, Ipv4Cidr? wanted = null)
    {
        Allocator daemon = host.Allocator!;
        AllocationRequest request = make(answer =>
        {
            host.Waiting.Remove(container);
            if (!answer.IsCancelled && answer.Error is null && host.Allocator == daemon)
            {
                host.Containers[container] = wanted ?? answer.Address;
                Tell($"{container} has {host.Containers[container]}");
                _addresses++;
                Check();
            }
        });
        host.Waiting[container] = request;
        daemon.Submit(_network.Now, request);
    }

    private void Stop(AllocatorHost host, string container)
    {
        Tell($"{container} stops, {host.Containers[container]} is free");
        host.Containers.Remove(container);
        switch (_random.Next(3))
        {
            case 0:
                host.Allocator!.Delete(_network.Now, container);
                break;
            case 1:
                host.Allocator!.OnContainerDestroyed(_network.Now, container);
                break;
            default:
                host.Allocator!.OnContainerDied(_network.Now, container);
                break;
        }
    }

    private void Restart()
    {
        if (Pick(_network.Hosts.Where(host => !host.IsUp)) is not { } host)
        {
            return;
        }

        // Agreement needs a majority that remembers; a host of which the share was given away comes back empty, since
        // with its disk and nobody near who has heard of it, it could not know. An original peer does not hold back what
        // others remember of it.
        bool robbed = host.HasLeft || host.WasRemoved || !Up.Any(peer => Owns(peer, host.Self));
        bool forgetful = _random.Next(4) == 0;
        bool empty = robbed || (forgetful && !host.IsOriginal) || host.Store.Load()?.Ring is not { Entries.Count: > 0 };
        if ((robbed && host.Containers.Count > 0) || (empty && !MayComeEmpty())
            || (empty && host.IsOriginal && _network.Hosts.Any(peer => peer != host && RingOf(peer)?.Entries.Any(entry => entry.Peer == host.Self) == true)))
        {
            return;
        }

        if (empty)
        {
            host.Store.Wipe();
            if (!CanBeKnown(host, host))
            {
                return;
            }
        }

        Tell($"{host.Self} starts {(empty ? "with an empty disk" : "again")}, containers {string.Join(' ', host.Containers)}");
        _network.Start(host);
    }

    private void Leave(AllocatorHost host)
    {
        if (!_network.Reachable(host).Any(HasRing))
        {
            return;
        }

        foreach (string container in host.Containers.Keys.ToList())
        {
            Stop(host, container);
        }

        host.Allocator!.Leave(_network.Now);
        DeliverAll();
        _network.Disconnect(host, host.PowerOff);
        host.HasLeft = true;
        Tell($"{host.Self} left");
        host.Store.Wipe();
    }

    private void TakeOver()
    {
        if (Pick(_network.Hosts.Where(host => host.IsDead && !host.HasLeft)) is not { } dead)
        {
            return;
        }

        List<AllocatorHost> takers = [.. Up.Where(host => Owns(host, dead.Self) && Owns(host, host.Self))];
        bool anyOriginal = false;
        foreach (AllocatorHost taker in takers.Where(_ => _random.Next(2) == 0).Take(3))
        {
            if ((taker.IsOriginal && (anyOriginal || !Alone(taker))) || !CanBeKnown(dead, taker))
            {
                continue;
            }

            anyOriginal |= taker.IsOriginal;
            if (taker.Allocator!.TakeOver(_network.Now, dead.Self.ToString()) > 0)
            {
                dead.WasRemoved = true;
                Tell($"{taker.Self} takes over {dead.Self}");
                _takeovers++;
            }

            if (_random.Next(2) == 0)
            {
                Allocate(taker);
            }
        }
    }

    // An original peer gives out what it takes at once: right only if no other takes it too, or took it unheard.
    private bool Alone(AllocatorHost original) =>
        _network.Hosts.All(host => host == original || !host.IsOriginal) || _network.Hosts.All(host => host.Segment == original.Segment && _network.IsQuiet);

    private void End()
    {
        foreach (AllocatorHost host in _network.Hosts.Where(host => !host.IsUp && !host.IsDead))
        {
            _network.Start(host);
        }

        _network.Rewire(_ => 0);
        for (int round = 0; round < 3 && _failure is null; round++)
        {
            Settle();
            foreach (AllocatorHost dead in _network.Hosts.Where(host => host.IsDead))
            {
                List<AllocatorHost> able = [.. Up.Where(host => !host.IsOriginal && HasRing(host)).OrderByDescending(host => Owns(host, host.Self))];
                able.FirstOrDefault()?.Allocator!.TakeOver(_network.Now, dead.Self.ToString());
            }
        }

        Settle();
        if (_failure is null && !_mixed)
        {
            Agree();
        }
    }

    private void Settle()
    {
        for (int i = 0; i < 30 && _failure is null; i++)
        {
            DeliverAll();
            _network.Advance(TimeSpan.FromSeconds(5));
            Check();
        }
    }

    private void DeliverAll()
    {
        int messages = 0;
        while (messages < StormOfMessages && _network.Deliver())
        {
            messages++;
        }

        Fail(messages == StormOfMessages, "messages never cease");
    }

    private void Check() => Fail(_network.Duplicate() is not null, _network.Duplicate() ?? "");

    private void Fail(bool failed, string why)
    {
        if (failed)
        {
            _failure ??= why;
        }
    }

    private IReadOnlyList<IpamEntryStatus> Entries(AllocatorHost host) => host.Allocator!.Status(_network.Universe).Entries;

    private bool Owns(AllocatorHost view, PeerName peer) => Entries(view).Any(entry => entry.Peer == peer);

    // What a host would say, or will when it runs again.
    private static RingState? RingOf(AllocatorHost host) => host.Store.Load()?.Ring is { Entries.Count: > 0 } ring ? ring : null;

    private bool HasRing(AllocatorHost host) => Entries(host).Count > 0;

    // Fewer than a quorum without memory: more would be free to agree on a second ring, as anybody could foresee.
    // The votes of those that are down are still known.
    private bool MayComeEmpty() => _network.Hosts.Count(host => host.IsUp ? !HasRing(host) : RingOf(host) is null) + 1 < _network.Quorum;

    private AllocatorHost? Pick(IEnumerable<AllocatorHost> among)
    {
        List<AllocatorHost> list = [.. among];
        return list.Count == 0 ? null : list[_random.Next(list.Count)];
    }
}
