namespace Weave.Linux.Bridge;

/// <summary>Kinds of links as the kernel names them.</summary>
public static class PieceKind
{
    public const string Bridge = "bridge";
    public const string Vxlan = "vxlan";
    public const string Tap = "tun";
    public const string Veth = "veth";
}
