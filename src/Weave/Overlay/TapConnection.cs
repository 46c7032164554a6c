using Microsoft.Extensions.Logging;
using Weave.Linux.Bridge;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;

namespace Weave.Overlay;

/// <summary>
/// Joins the TAP device and the bridge. A TAP device takes packets of up to 65,521 bytes, and a bridge drops what is bigger
/// than the port that it has to leave by, without a word to the sender. So for a bigger MTU the port is one end of a veth
/// pair, named as the original's, and the kernel moves every frame between the other end and the TAP device.
/// </summary>
/// <param name="links">Where the TAP device is.</param>
/// <param name="sysctls">Of the same namespace.</param>
/// <param name="ensure">Makes the bridge.</param>
/// <param name="logger">Is told when the MTU cannot be had.</param>
internal sealed class TapConnection(ILinks links, ISysctls sysctls, Action<BridgeSpec> ensure, ILogger logger)
{
    /// <summary>The biggest packet that a TAP device takes.</summary>
    internal const int TapMtuBytes = 65521;

    private const string Port = BridgePort.OriginalName;
    internal const string FarEnd = "vethwe-pcap";

    /// <summary>Makes the bridge and puts the TAP device behind it.</summary>
    /// <exception cref="KernelException">The kernel refused.</exception>
    /// <param name="tap">The TAP device.</param>
    /// <param name="wanted">The bridge.</param>
    /// <param name="policy">A network policy controller looks for the port by its first name, which a pair has.</param>
    internal void Connect(string tap, BridgeSpec wanted, bool policy = false)
    {
        if ((wanted.MtuBytes > TapMtuBytes || policy) && TryPair(tap, wanted))
        {
            return;
        }

        ensure(wanted with { MtuBytes = Math.Min(wanted.MtuBytes, TapMtuBytes) });
        links.Change(tap, new LinkChange { Master = wanted.Name });
    }

    /// <summary>Removes what a router of before left: its other end leads to a TAP device that is no more.</summary>
    internal static void RemoveOld(ILinks links)
    {
        links.Delete(FarEnd);
        links.Delete(Pieces.PieceSetup.StandInEnd);
    }

    private bool TryPair(string tap, BridgeSpec wanted)
    {
        ensure(wanted);
        try
        {
            links.CreateVeth(new VethSpec(Port, FarEnd) { MtuBytes = wanted.MtuBytes, Master = wanted.Name });
            foreach (string end in (string[])[Port, FarEnd])
            {
                sysctls.Write($"net/ipv6/conf/{end}/disable_ipv6", "1"); // nobody lives here
                links.Change(end, new LinkChange { Up = true });
            }

            links.Redirect(FarEnd, tap);
            links.Redirect(tap, FarEnd);
            return true;
        }
        catch (KernelException refused)
        {
            logger.NoWidePort(TapMtuBytes, refused.Message);
            links.Delete(FarEnd);
            return false;
        }
    }
}
