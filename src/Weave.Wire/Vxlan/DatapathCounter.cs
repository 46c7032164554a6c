namespace Weave.Wire.Vxlan;

/// <summary>What the datapath programs count; the order is that of <c>enum counter</c> in bpf/maps.h.</summary>
public enum DatapathCounter
{
    SentFast,
    SentHandover,
    SentHeartbeat,
    ReceivedFast,
    ReceivedHandover,
    ReceivedHeartbeat,
    Delivered,
    DeliveredDirect,
    Relayed,
    Flooded,
    TooBigAnswered,
    DropSource,
    DropUnknownPeer,
    DropNoRoute,
    DropTimeToLive,
    DropLoop,
    DropLocal,
    DropMalformed,
    DropNoHandover,
    DropSend,
    DropStolen,
}
