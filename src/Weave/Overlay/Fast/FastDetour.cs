using Weave.Firewall;
using Weave.Linux.Bpf;

namespace Weave.Overlay.Fast;

/// <summary>The detour in the tables of the fast datapath.</summary>
internal sealed class FastDetour(FastDatapathHolder holder) : IBridgeDetour
{
    public void Take(BridgedFrames frames) => holder.Datapath?.Tables.SetBridged(frames);
}
