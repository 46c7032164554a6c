using Weave.Linux.Bpf;
using Weave.Linux.Bridge;
using Weave.Linux.Netlink;

namespace Weave.Overlay.Pieces;

/// <summary>What this router has put on the host, from which follows which pieces there have to be.</summary>
/// <param name="Bridge">The bridge.</param>
/// <param name="Tap">Name of the TAP device.</param>
internal sealed record PieceSetup(BridgeSpec Bridge, string Tap)
{
    /// <summary>
    /// Takes the place of the VXLAN device on the bridge while that cannot be had: what sleeve carries enters and leaves
    /// the bridge by it. With a policy controller it has the name that the rules know.
    /// </summary>
    internal const string StandIn = "vethwe-standin";

    /// <summary>Its other end, where nothing ever arrives.</summary>
    internal const string StandInEnd = "vethwe-nowhere";

    internal required int TapMtuBytes { get; init; }

    internal required int TapQueueLength { get; init; }

    /// <summary>The fast datapath; null when user space switches.</summary>
    internal FastDatapathSpec? Fast { get; init; }

    /// <summary>Without the fast datapath: the TAP device is joined to the bridge by a veth pair.</summary>
    internal bool Pair { get; init; }

    /// <summary>The link by which the bridge reaches the overlay.</summary>
    internal string PortName(bool standIn) => this switch
    {
        { Fast: { } fast } => standIn ? StandInName(fast) : fast.FirstName,
        { Pair: true } => BridgePort.OriginalName,
        _ => Tap,
    };

    /// <summary>The VXLAN device; a stand-in may have taken its name.</summary>
    internal static string CarrierName(FastDatapathSpec fast, bool standIn) => standIn ? fast.Device : fast.FirstName;

    /// <summary>All pieces that are ours, a bridge before its ports.</summary>
    /// <param name="standIn">The VXLAN device cannot be had at present.</param>
    /// <param name="otherPorts">Ports of VXLAN devices beside the one of the bridge.</param>
    internal IReadOnlyList<Piece> Pieces(bool standIn, IEnumerable<ushort> otherPorts)
    {
        List<Piece> pieces = [TheBridge()];
        if (Fast is { } fast)
        {
            // The TAP device first: what stands in for the fast datapath needs it.
            pieces.Add(TheTap() with { Programs = [DatapathProgram.Handover] });
            if (standIn)
            {
                pieces.Add(Joined(new Piece(StandInName(fast), PieceKind.Veth) { OtherEnd = StandInEnd, Programs = Switching, IsQuiet = true }));
                pieces.Add(Silent(new Piece(StandInEnd, PieceKind.Veth) { OtherEnd = StandInName(fast), IsQuiet = true }));
            }

            Piece carrier = Tunnel(CarrierName(fast, standIn), fast.Port, fast.MtuBytes);
            pieces.Add(standIn ? carrier : Joined(carrier));
            pieces.AddRange(otherPorts.Select(port => Tunnel(FastDatapathSpec.DeviceFor(port), port, fast.MtuBytes)));
        }
        else if (Pair)
        {
            pieces.Add(TheTap() with { RedirectTo = TapConnection.FarEnd });
            pieces.Add(Silent(Joined(new Piece(BridgePort.OriginalName, PieceKind.Veth) { OtherEnd = TapConnection.FarEnd, MtuBytes = Bridge.MtuBytes })));
            pieces.Add(Silent(new Piece(TapConnection.FarEnd, PieceKind.Veth) { OtherEnd = BridgePort.OriginalName, MtuBytes = Bridge.MtuBytes, RedirectTo = Tap }));
        }
        else
        {
            pieces.Add(Joined(TheTap()));
        }

        return pieces;
    }

    private static readonly string[] Switching = [DatapathProgram.Egress, DatapathProgram.Ingress];

    private static string StandInName(FastDatapathSpec fast) => fast.PolicyName ? fast.FirstName : StandIn;

    private Piece TheBridge() => new(Bridge.Name, PieceKind.Bridge)
    {
        Mac = Bridge.Mac,
        MtuBytes = Bridge.MtuBytes,
        Settings = [InterfaceSettings.NoRouterAdvertisements(Bridge.Name), .. InterfaceSettings.NeighbourCache(Bridge.Name)],
    };

    private Piece TheTap() => new(Tap, PieceKind.Tap) { MtuBytes = TapMtuBytes, TransmitQueueLength = TapQueueLength };

    private static Piece Tunnel(string name, ushort port, int mtu) => Silent(new Piece(name, PieceKind.Vxlan) { TunnelPort = port, MtuBytes = mtu, Programs = Switching });

    /// <summary>It carries other people's frames and says nothing itself.</summary>
    private static Piece Silent(Piece piece) => piece with { Settings = [($"net/ipv6/conf/{piece.Name}/disable_ipv6", "1")] };

    private Piece Joined(Piece piece) => piece with { Master = Bridge.Name, Port = BridgePortSettings.Normal };
}
