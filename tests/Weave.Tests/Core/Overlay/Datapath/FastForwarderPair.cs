using Weave.Core.Overlay.Datapath;
using Weave.Core.Primitives;
using Weave.Wire.Primitives;
using Weave.Wire.Vxlan;

namespace Weave.Tests.Core.Overlay.Datapath;

/// <summary>
/// Two forwarders with a path between them that fails in either direction, a second way that does not, and daemons that
/// stop: such a one keeps no deadline, and reads what came meanwhile after its first one.
/// </summary>
internal sealed class FastForwarderPair
{
    private const ulong Uid = 7;
    private const int Mtu = 1376;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SecondWayEvery = TimeSpan.FromSeconds(10);
    private static readonly Ipv4Address Address = Ipv4Address.Parse("10.77.0.1");

    private readonly FastForwarder[] _ends = [new(Uid, Mtu, Address), new(Uid, Mtu, Address)];
    private readonly Queue<Action<FastForwarder, List<FastForwarderEffect>>>[] _unread = [new(), new()];
    private readonly bool[] _original;
    private readonly bool[] _open = [true, true];
    private readonly bool[] _stopped = [false, false];
    private readonly TimeSpan[] _heardElsewhere = [default, default];
    private readonly TimeSpan[] _secondWayAt = [default, default];
    private TimeSpan _now;
    private int _holds;

    private FastForwarderPair(bool firstIsOriginal) => _original = [firstIsOriginal, false];

    /// <summary>Any sequence of failures; then a good path: both ends use it within 60 s.</summary>
    internal static bool RecoversAfterChaos(ulong seed)
    {
        SeededRandom random = new(seed);
        FastForwarderPair pair = new(firstIsOriginal: seed % 3 == 0);
        pair.Confirm();
        for (int phase = 0; phase < 8; phase++)
        {
            for (int end = 0; end < 2; end++)
            {
                pair._open[end] = random.Next(2) == 0;
                pair._stopped[end] = random.Next(4) == 0;
            }

            pair.Run(TimeSpan.FromSeconds(random.Next(150)));
        }

        Array.Fill(pair._open, true);
        Array.Fill(pair._stopped, false);
        pair.Run(TimeSpan.FromSeconds(60));
        return Array.TrueForAll(pair._ends, end => end is { IsEstablished: true, IsHeld: false });
    }

    /// <summary>The path is good throughout; one daemon or the other stops for up to 55 s, and runs on for a while.</summary>
    internal static bool EnduresStoppedDaemons(ulong seed)
    {
        SeededRandom random = new(seed);
        FastForwarderPair pair = new(firstIsOriginal: false);
        pair.Confirm();
        pair.Run(TimeSpan.FromSeconds(3 + random.Next(10)));
        for (int phase = 0; phase < 8; phase++)
        {
            int end = random.Next(2);
            pair._stopped[end] = true;
            pair.Run(TimeSpan.FromMilliseconds(random.Next(55_000)));
            pair._stopped[end] = false;
            pair.Run(TimeSpan.FromMilliseconds(5000 + random.Next(20_000)));
        }

        return pair._holds == 0 && Array.TrueForAll(pair._ends, end => end.IsEstablished);
    }

    private void Confirm()
    {
        for (int end = 0; end < 2; end++)
        {
            Let(end, (forwarder, effects) => forwarder.OnConfirm(_now, presumed: false, effects));
        }
    }

    private void Run(TimeSpan span)
    {
        for (TimeSpan until = _now + span; _now < until; _now += Step)
        {
            for (int end = 0; end < 2; end++)
            {
                if (!_stopped[end])
                {
                    Live(end);
                }
            }
        }
    }

    private void Live(int end)
    {
        if (_ends[end].NextDeadline <= _now)
        {
            Let(end, (forwarder, effects) => forwarder.OnDeadline(_now, _heardElsewhere[end], effects));
        }

        while (_unread[end].TryDequeue(out Action<FastForwarder, List<FastForwarderEffect>>? read))
        {
            Let(end, read);
        }

        if (_secondWayAt[end] <= _now)
        {
            _secondWayAt[end] = _now + SecondWayEvery;
            _unread[1 - end].Enqueue((_, _) => _heardElsewhere[1 - end] = _now);
        }
    }

    private void Let(int end, Action<FastForwarder, List<FastForwarderEffect>> act)
    {
        List<FastForwarderEffect> effects = [];
        act(_ends[end], effects);
        foreach (FastForwarderEffect effect in effects)
        {
            switch (effect)
            {
                case FastForwarderEffect.SendHeartbeat beat when _open[end]:
                    Hearing hearing = _original[end] ? Hearing.Unsaid : beat.Hearing;
                    int length = FastHeartbeat.LengthFor(Mtu);
                    _unread[1 - end].Enqueue((other, answer) => other.OnHeartbeat(_now, Uid, length, length, hearing, Address, answer));
                    break;
                case FastForwarderEffect.Acknowledge:
                    _unread[1 - end].Enqueue((other, answer) => other.OnControl(_now, 0, answer));
                    break;
                case FastForwarderEffect.Hold { Held: true }:
                    _holds++;
                    break;
            }
        }
    }
}
