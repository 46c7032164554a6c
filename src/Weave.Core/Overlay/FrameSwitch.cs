using Weave.Wire.Packet;
using Weave.Wire.Primitives;

namespace Weave.Core.Overlay;

/// <summary>
/// Decides where frames go, when the bridge is ours to serve (no fast datapath). Its state is the MAC table, and what
/// crossed the bridge lately. One thread calls with what containers sent, another with what neighbours sent.
/// </summary>
/// <remarks>
/// docs/wire/sleeve.md §8. Whoever speaks with an address has it: it may move from host to host at any time. The one thing
/// that is not believed is an echo. A bridge that sends frames back to where they came from (hairpin mode, a loop behind
/// it) shows us frames that we brought in as if a container had sent them, and shows others what our containers sent.
/// </remarks>
public sealed class FrameSwitch(MacTable macs, PeerName self)
{
    private readonly FrameMemory _broughtIn = new();
    private readonly FrameMemory _sentOut = new();

    /// <summary>A frame that a container of ours sent.</summary>
    public Verdict OnCaptured(TimeSpan now, MacAddress source, MacAddress destination, out PeerName peer, ReadOnlySpan<byte> frame = default)
    {
        peer = default;
        if (!macs.TryLearn(now, source, self, self))
        {
            if (_broughtIn.Has(now, FrameMemory.PrintOf(frame)))
            {
                return Verdict.Drop;
            }

            macs.Move(now, source, self);
        }

        if (destination == EthernetFrame.SpanningTree)
        {
            return Verdict.Drop;
        }

        if (destination.IsGroup || !macs.TryFind(destination, out peer))
        {
            _sentOut.Remember(now, FrameMemory.PrintOf(frame));
            return Verdict.Flood;
        }

        return peer == self ? Verdict.Drop : Verdict.Unicast;
    }

    /// <summary>A frame that a neighbour passed to us, from <paramref name="origin"/> to <paramref name="target"/>.</summary>
    public Verdict OnReceived(
        TimeSpan now, PeerName origin, PeerName target, MacAddress source, MacAddress destination, ReadOnlySpan<byte> frame = default)
    {
        if (origin == self)
        {
            // It has gone round in a circle: peers disagree about the topology for a moment.
            return Verdict.Drop;
        }

        if (target != self)
        {
            return Verdict.Unicast;
        }

        if (!macs.TryLearn(now, source, origin, self))
        {
            if (_sentOut.Has(now, FrameMemory.PrintOf(frame)))
            {
                // Brought in, it would make the bridge believe that our container is behind us.
                return Verdict.Drop;
            }

            macs.Move(now, source, origin);
        }

        bool local = !destination.IsGroup && macs.TryFind(destination, out PeerName owner) && owner == self;
        if (!local)
        {
            // The bridge shows it to every port.
            _broughtIn.Remember(now, FrameMemory.PrintOf(frame));
        }

        return local ? Verdict.Inject : Verdict.InjectAndFlood;
    }
}
