using Weave.Core.Overlay;
using Weave.Core.Primitives;
using Weave.Wire.Primitives;
using Weave.Wire.Sleeve;

namespace Weave.Tests.Core.Overlay;

/// <summary>Two forwarders and a network between them in which time is a number: datagrams are lost, late and too big, control messages are not.</summary>
internal sealed class ForwarderWorld
{
    internal const int Overhead = 86;
    private const ulong Uid = 5;

    private readonly SeededRandom _dice;
    private readonly End[] _ends;
    private readonly PriorityQueue<Action, TimeSpan> _events = new();
    private readonly int _deviceMtu;

    internal ForwarderWorld(ulong seed, int deviceMtu, int pathMtu, double loss, bool fragments)
    {
        _dice = new SeededRandom(seed);
        _deviceMtu = deviceMtu;
        PathMtu = pathMtu;
        Loss = loss;
        Fragments = fragments;
        UnderlayEndpoint left = new(new Ipv4Address(1), 40000);
        UnderlayEndpoint right = new(new Ipv4Address(2), 6783);
        _ends = [new End(new SleeveForwarder(Uid, right, Overhead), left), new End(new SleeveForwarder(Uid, null, Overhead), right)];
    }

    internal TimeSpan Now { get; private set; }

    internal int PathMtu { get; set; }

    internal double Loss { get; set; }

    internal bool Fragments { get; set; }

    internal SleeveForwarder Left => _ends[0].Machine;

    internal SleeveForwarder Right => _ends[1].Machine;

    internal bool Both(Func<SleeveForwarder, bool> holds) => holds(Left) && holds(Right);

    internal void Confirm()
    {
        At(TimeSpan.FromMilliseconds(_dice.Next(300)), () => Step(0, (machine, effects) => machine.OnConfirmed(Now, effects)));
        At(TimeSpan.FromMilliseconds(_dice.Next(300)), () => Step(1, (machine, effects) => machine.OnConfirmed(Now, effects)));
    }

    /// <summary>A NAT between them gives the dialler another address.</summary>
    internal UnderlayEndpoint MoveLeft() => _ends[0].Address = new UnderlayEndpoint(new Ipv4Address(3), (ushort)(1 + _dice.Next(60000)));

    /// <summary>Both processes are stopped for so long. What came meanwhile, and what was due, is seen afterwards.</summary>
    internal void Stop(TimeSpan duration) => Now += duration;

    internal void RunFor(TimeSpan duration)
    {
        TimeSpan end = Now + duration;
        while (true)
        {
            int due = _ends[0].Deadline <= _ends[1].Deadline ? 0 : 1;
            bool hasEvent = _events.TryPeek(out _, out TimeSpan at);
            TimeSpan next = hasEvent && at < _ends[due].Deadline ? at : _ends[due].Deadline;
            if (next > end)
            {
                Now = end;
                return;
            }

            Now = next > Now ? next : Now;
            if (hasEvent && at == next)
            {
                _events.Dequeue()();
            }
            else
            {
                Step(due, (machine, effects) => machine.OnDeadline(Now, _ends[due].LastHeard, effects));
            }
        }
    }

    private void At(TimeSpan delay, Action deed) => _events.Enqueue(deed, Now + delay);

    private void Step(int end, Action<SleeveForwarder, ICollection<SleeveEffect>> step)
    {
        List<SleeveEffect> effects = [];
        step(_ends[end].Machine, effects);
        for (int i = 0; i < effects.Count; i++) // carrying one out may add more
        {
            Perform(end, effects[i], effects);
        }
    }

    private void Perform(int end, SleeveEffect effect, List<SleeveEffect> effects)
    {
        switch (effect)
        {
            case SleeveEffect.SendHeartbeat:
                UnderlayEndpoint source = _ends[end].Address;
                Send(end, SpecialFrame.HeartbeatSize, (machine, more) => machine.OnHeartbeat(Now, Uid, source, more));
                break;
            case SleeveEffect.SendZeros { DontFragment: false, FrameLength: SpecialFrame.FragmentationTestSize } when Fragments:
                Send(end, SpecialFrame.HeaderSize, (_, more) => SleeveForwarder.OnFragmentationTest(more));
                break;
            case SleeveEffect.SendZeros { DontFragment: false, FrameLength: not SpecialFrame.FragmentationTestSize } zeros when Fragments:
                Send(end, SpecialFrame.HeaderSize, (_, more) => SleeveForwarder.OnMtuTest(SpecialFrame.MtuProvedBy(zeros.FrameLength), more));
                break;
            case SleeveEffect.SendZeros { DontFragment: true } zeros when SizeOf(zeros.FrameLength) > _deviceMtu:
                _ends[end].Machine.OnTooBig(Now, _deviceMtu, effects);
                break;
            case SleeveEffect.SendZeros { DontFragment: true } zeros:
                Send(end, zeros.FrameLength, (_, more) => SleeveForwarder.OnMtuTest(SpecialFrame.MtuProvedBy(zeros.FrameLength), more));
                break;
            case SleeveEffect.SendControl control:
                byte[] payload = control.Value is ushort value ? [(byte)(value >> 8), (byte)value] : [];
                At(Delay(), () => Step(1 - end, (machine, more) => machine.OnControl(Now, control.Tag, payload, more)));
                break;
        }
    }

    private static int SizeOf(int frameLength) => frameLength - SpecialFrame.HeaderSize + Overhead;

    private void Send(int end, int frameLength, Action<SleeveForwarder, ICollection<SleeveEffect>> arrive)
    {
        bool reachable = _ends[end].Machine.Remote == _ends[1 - end].Address;
        if (reachable && SizeOf(frameLength) <= PathMtu && _dice.NextDouble() >= Loss)
        {
            At(Delay(), () =>
            {
                _ends[1 - end].LastHeard = Now;
                Step(1 - end, arrive);
            });
        }
    }

    /// <summary>Datagrams overtake each other.</summary>
    private TimeSpan Delay() => TimeSpan.FromMicroseconds(100 + _dice.Next(4000));

    private sealed class End(SleeveForwarder machine, UnderlayEndpoint address)
    {
        internal SleeveForwarder Machine => machine;

        internal UnderlayEndpoint Address { get; set; } = address;

        internal TimeSpan LastHeard { get; set; }

        internal TimeSpan Deadline => machine.NextDeadline ?? TimeSpan.MaxValue;
    }
}
