namespace Weave.Linux.Bpf;

/// <summary>Frames of containers that pass the bridge, although the fast datapath could take them past it.</summary>
public enum BridgedFrames
{
    None,
    Ipv6,
    All,
}
