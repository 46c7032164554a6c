using Weave.Wire.Packet;
using Weave.Wire.Primitives;

namespace Weave.Core.Overlay;

/// <summary>Decides where frames go, when the bridge is ours to serve (no fast datapath). No state but the MAC table.</summary>
/// <remarks>docs/wire/sleeve.md §8.</remarks>
public sealed class FrameSwitch(MacTable macs, PeerName self)
{
    /// <summary>A frame that a container of ours sent.</summary>
    public Verdict OnCaptured(TimeSpan now, MacAddress source, MacAddress destination, out PeerName peer)
    {
        peer = default;
        if (!macs.LearnLocal(now, source, self) || destination == EthernetFrame.SpanningTree)
        {
            return Verdict.Drop;
        }

        if (destination.IsGroup || !macs.TryFind(destination, out peer))
        {
            return Verdict.Flood;
        }

        return peer == self ? Verdict.Drop : Verdict.Unicast;
    }

    /// <summary>A frame that a neighbour passed to us, from <paramref name="origin"/> to <paramref name="target"/>.</summary>
    public Verdict OnReceived(TimeSpan now, PeerName origin, PeerName target, MacAddress source, MacAddress destination)
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

        macs.LearnRemote(now, source, origin);
        bool local = !destination.IsGroup && macs.TryFind(destination, out PeerName owner) && owner == self;
        return local ? Verdict.Inject : Verdict.InjectAndFlood;
    }
}
