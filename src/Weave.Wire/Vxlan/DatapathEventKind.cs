namespace Weave.Wire.Vxlan;

/// <summary>What the datapath programs report; bpf/maps.h has the numbers.</summary>
public enum DatapathEventKind
{
    None = 0,
    Heartbeat = 1,
    MacNew = 2,
    MacMoved = 3,
}
