using Weave.Core.Overlay.Datapath;
using Weave.Core.Primitives;
using Weave.Wire.Primitives;
using Weave.Wire.Vxlan;

namespace Weave.Tests.Core.Overlay.Datapath;

/// <summary>Two forwarders with a path between them that fails in either direction, and a control connection that does not.</summary>
internal sealed class FastForwarderPair
{
    private const ulong Uid = 7;
    private const int Mtu = 1376;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);
    private static readonly Ipv4Address Address = Ipv4Address.Parse("10.77.0.1");

    private readonly FastForwarder[] _ends = [new(Uid, Mtu, Address), new(Uid, Mtu, Address)];
    private readonly bool[] _original;
    private readonly bool[] _open = [true, true];
    private TimeSpan _now;

    private FastForwarderPair(bool firstIsOriginal) => _original = [firstIsOriginal, false];

    /// <summary>Any sequence of failures; then a good path: both ends use it within 60 s.</summary>
    internal static bool RecoversAfterChaos(ulong seed)
    {
        SeededRandom random = new(seed);
        FastForwarderPair pair = new(firstIsOriginal: seed % 3 == 0);
        pair.Each((end, effects) => end.OnConfirm(pair._now, presumed: false, effects));
        for (int phase = 0; phase < 8; phase++)
        {
            pair._open[0] = random.Next(2) == 0;
            pair._open[1] = random.Next(2) == 0;
            pair.Run(TimeSpan.FromSeconds(random.Next(150)));
        }

        pair._open[0] = pair._open[1] = true;
        pair.Run(TimeSpan.FromSeconds(60));
        return Array.TrueForAll(pair._ends, end => end is { IsEstablished: true, IsHeld: false });
    }

    private void Run(TimeSpan span)
    {
        for (TimeSpan end = _now + span; _now < end; _now += Step)
        {
            Each((forwarder, effects) =>
            {
                if (forwarder.NextDeadline <= _now)
                {
                    forwarder.OnDeadline(_now, effects);
                }
            });
        }
    }

    private void Each(Action<FastForwarder, List<FastForwarderEffect>> act)
    {
        for (int i = 0; i < _ends.Length; i++)
        {
            List<FastForwarderEffect> effects = [];
            act(_ends[i], effects);
            Perform(i, effects);
        }
    }

    private void Perform(int from, List<FastForwarderEffect> effects)
    {
        FastForwarder other = _ends[1 - from];
        foreach (FastForwarderEffect effect in effects)
        {
            List<FastForwarderEffect> answer = [];
            switch (effect)
            {
                case FastForwarderEffect.SendHeartbeat beat when _open[from]:
                    int length = FastHeartbeat.LengthFor(Mtu);
                    other.OnHeartbeat(_now, Uid, length, length, _original[from] ? Hearing.Unsaid : beat.Hearing, Address, answer);
                    break;
                case FastForwarderEffect.Acknowledge:
                    other.OnControl(_now, 0, answer);
                    break;
            }

            Perform(1 - from, answer);
        }
    }
}
