using Weave.Core.Ipam;
using Weave.Core.Primitives;
using Weave.Wire.Primitives;

namespace Weave.Simulation.Ipam;

/// <summary>
/// Meshes that began apart, with the same range or others that overlap, meet, part, flap and meet again, while hosts are
/// started again, some with another range. Nobody gives out an address that a container has on a host that he has met.
/// </summary>
/// <remarks>
/// A host has met another as soon as he has heard from it that it has a ring (two without may each make one alone, quorum 1), until they part for more than a moment or he is started again. What was given out twice before is left as it is. In the end all have one
/// range, and everybody agrees.
/// </remarks>
internal sealed class MeetingChaos
{
    private const int StormOfMessages = 60_000; // each of hundreds of addresses that change hands is told to everybody

    private static readonly string[] Ranges = ["10.32.0.0/24", "10.32.0.0/25", "10.32.0.64/26", "10.32.0.0/23", "10.32.2.0/24"];

    private readonly ulong _seed;
    private readonly SeededRandom _random;
    private readonly AllocatorNetwork _network;
    private readonly HashSet<(AllocatorHost Giver, AllocatorHost User)> _met = [];
    private readonly Action<string>? _trace;
    private readonly bool _manyRanges;
    private int _containers;
    private int _addresses;
    private int _step;
    private string? _failure;

    private MeetingChaos(ulong seed, Action<string>? trace)
    {
        _seed = seed;
        _trace = trace;
        _random = new SeededRandom(seed);
        _manyRanges = seed % 2 == 0;
        _network = new AllocatorNetwork(_random, Ipv4Cidr.Parse(Ranges[0])) { Quorum = 1 };
        _network.OnHeard = (from, to) =>
        {
            if (from.Store.HasRing)
            {
                _met.Add((to, from));
            }
        };
    }

    internal static AllocatorChaosResult Run(ulong seed, int steps = 150, Action<string>? trace = null)
    {
        MeetingChaos chaos = new(seed, trace);
        chaos.Begin();
        for (; chaos._step < steps && chaos._failure is null; chaos._step++)
        {
            chaos.Step();
            chaos.Show();
        }

        if (chaos._failure is null)
        {
            chaos.End();
            chaos.Show();
        }

        return new AllocatorChaosResult(
            seed,
            chaos._failure is null ? null : $"meeting, seed {seed}, step {chaos._step}: {chaos._failure}",
            chaos._step,
            chaos._network.Delivered,
            chaos._addresses,
            0,
            chaos._network.Hosts.Sum(host => host.Allocator!.HealedConflicts));
    }

    private void Begin()
    {
        int meshes = 2 + _random.Next(2);
        for (int mesh = 0; mesh < meshes; mesh++)
        {
            Ipv4Cidr range = AnyRange();
            for (int i = 1 + _random.Next(3); i > 0; i--)
            {
                AllocatorHost host = _network.Add();
                host.Segment = mesh;
                host.Universe = range;
                _network.Start(host);
                Allocate(host);
            }
        }

        DeliverAll();
    }

    private Ipv4Cidr AnyRange() => Ipv4Cidr.Parse(Ranges[_manyRanges ? _random.Next(Ranges.Length) : 0]);

    private void Step()
    {
        AllocatorHost host = _network.Hosts[_random.Next(_network.Hosts.Count)];
        switch (_random.Next(24))
        {
            case < 8:
                Allocate(host);
                break;
            case < 12 when host.Containers.Count > 0:
                Stop(host);
                break;
            case 12:
                Claim(host);
                break;
            case 13:
                int parts = 1 + _random.Next(3);
                Rewire(_ => _random.Next(parts));
                break;
            case 14 or 15:
                Rewire(_ => 0);
                Rush();
                break;
            case 16 or 17:
                Flap(host);
                break;
            case 18:
                Restart(host, _manyRanges && _random.Next(2) == 0 ? AnyRange() : host.Universe);
                break;
            case 19 or 20:
                DeliverAll();
                break;
            default:
                _network.Advance(TimeSpan.FromMilliseconds(100 + _random.Next(8000)));
                break;
        }

        for (int i = _random.Next(60); i > 0 && _network.Deliver(); i--)
        {
        }
    }

    // Addresses while news of each other is under way.
    private void Rush()
    {
        for (int i = 0; i < 20; i++)
        {
            for (int messages = _random.Next(4); messages > 0 && _network.Deliver(); messages--)
            {
            }

            Allocate(_network.Hosts[_random.Next(_network.Hosts.Count)]);
        }
    }

    private void Rewire(Func<AllocatorHost, int> segmentOf)
    {
        _network.Rewire(segmentOf);
        _met.RemoveWhere(pair => pair.Giver.Segment != pair.User.Segment);
        Tell($"segments {string.Join(' ', _network.Hosts.Select(each => $"{each.Self.Value}:{each.Segment}"))}");
    }

    // All its connections are lost, with what was under way, and come back at once.
    private void Flap(AllocatorHost host)
    {
        Dictionary<AllocatorHost, int> before = _network.Hosts.ToDictionary(each => each, each => each.Segment);
        _network.Rewire(each => each == host ? -1 : before[each]);
        _network.Rewire(each => before[each]);
        Tell($"{host.Self} flaps");
    }

    private void Restart(AllocatorHost host, Ipv4Cidr range)
    {
        Tell($"{host.Self} starts again with {range}, before {host.Universe}");
        _network.Disconnect(host, host.Kill);
        host.Universe = range;
        _network.Start(host);
        _met.RemoveWhere(pair => pair.Giver == host || (pair.User == host && !host.Store.HasRing && !pair.Giver.Store.HasRing));
    }

    private void Allocate(AllocatorHost host)
    {
        string container = $"c{++_containers}@{host.Self}";
        Submit(host, container, answer => new AllocateRequest(container, host.Universe, isContainer: true, answer), null);
    }

    private void Claim(AllocatorHost host)
    {
        string container = $"c{++_containers}@{host.Self}";
        Ipv4Cidr cidr = new(new Ipv4Address(host.Universe.Address.Value + (uint)_random.Next((int)host.Universe.Size)), host.Universe.PrefixLength);
        Submit(host, container, answer => new ClaimRequest(container, cidr, isContainer: true, noErrorOnUnknown: false, answer), cidr);
    }

    private void Submit(AllocatorHost host, string container, Func<Action<AllocationAnswer>, AllocationRequest> make, Ipv4Cidr? wanted)
    {
        Allocator daemon = host.Allocator!;
        AllocationRequest request = make(answer =>
        {
            host.Waiting.Remove(container);
            if (!answer.IsCancelled && answer.Error is null && host.Allocator == daemon)
            {
                Take(host, container, wanted ?? answer.Address);
            }
        });
        host.Waiting[container] = request;
        daemon.Submit(_network.Now, request);
    }

    private void Take(AllocatorHost host, string container, Ipv4Cidr given)
    {
        Tell($"{container} has {given}");
        host.Containers[container] = given;
        _addresses++;
        foreach (AllocatorHost user in _network.Hosts.Where(user => user == host || _met.Contains((host, user))))
        {
            if (user.Containers.FirstOrDefault(other => other.Key != container && other.Value.Address == given.Address).Key is { } other)
            {
                _failure ??= $"{given} is given to {container} and was with {other} of {user.Self}";
            }
        }
    }

    private void Stop(AllocatorHost host)
    {
        string container = host.Containers.Keys.ElementAt(_random.Next(host.Containers.Count));
        Tell($"{container} stops, {host.Containers[container]} is free");
        host.Containers.Remove(container);
        host.Allocator!.OnContainerDestroyed(_network.Now, container);
    }

    // Host by host all get the same range. Then everybody must agree, and those who wait be answered.
    private void End()
    {
        Rewire(_ => 0);
        Settle();
        _network.Quorum = (_network.Hosts.Count / 2) + 1; // all are asked for an address at once below
        foreach (AllocatorHost host in _network.Hosts.Where(host => host.Universe != _network.Universe))
        {
            Restart(host, _network.Universe);
            Settle();
        }

        foreach (AllocatorHost host in _network.Hosts)
        {
            Allocate(host);
        }

        Settle();
        if (_failure is null)
        {
            Agree();
        }
    }

    private void Agree()
    {
        HashSet<Ipv4Address> seen = [];
        HashSet<Ipv4Address> twice = [.. _network.Hosts.SelectMany(host => host.Containers.Values).Select(cidr => cidr.Address).Where(address => !seen.Add(address))];
        string First(Func<AllocatorHost, string> view) => view(_network.Hosts[0]);
        string Owners(AllocatorHost host) => string.Join(' ', host.Allocator!.Status(_network.Universe).Entries.Select(entry => $"{entry.Token}={entry.Peer}v{entry.Version}"));
        foreach (AllocatorHost host in _network.Hosts)
        {
            IpamStatus status = host.Allocator!.Status(_network.Universe);
            Fail(Owners(host) != First(Owners), $"{host.Self} has another ring than {_network.Hosts[0].Self}: {Owners(host)} against {First(Owners)}");
            Fail(status.Held.Count > 0, $"{host.Self} still holds space back: {string.Join("; ", status.Held)}");
            Fail(host.Allocator.OtherRanges.Count > 0, $"{host.Self} still sees {string.Join("; ", host.Allocator.OtherRanges.Values)}");
            Fail(host.Waiting.Count > 0, $"{host.Self} still waits for {string.Join("; ", host.Waiting.Keys)}");
            Fail(status.Conflicts.Count > 0 && twice.Count == 0, $"{host.Self} still has a conflict: {string.Join("; ", status.Conflicts)}");
            Fail(host.Containers.Values.Any(cidr => twice.Contains(cidr.Address)) && status.Conflicts.Count == 0, $"{host.Self} does not say that an address is in use twice");
        }
    }

    private void Settle()
    {
        for (int i = 0; i < 15 && _failure is null; i++)
        {
            DeliverAll();
            _network.Advance(TimeSpan.FromSeconds(5));
        }

        DeliverAll();
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

    private void Show()
    {
        foreach (AllocatorHost host in _network.Hosts.Where(_ => _trace is not null))
        {
            while (host.Allocator!.Notes.TryDequeue(out AllocatorNote note))
            {
                Tell($"{host.Self} notes: {note.Text}");
            }
        }
    }

    private void Tell(string what) => _trace?.Invoke($"step {_step}, {_network.Now.Elapsed}: {what}");

    private void Fail(bool failed, string why)
    {
        if (failed)
        {
            _failure ??= why;
        }
    }
}
