using Weave.Wire.Primitives;

namespace Weave.Linux.Bridge;

/// <summary>The bridge that containers shall hang on.</summary>
/// <param name="Name">Usually <c>weave</c>.</param>
/// <param name="Mac">The name of our peer, read as a MAC address.</param>
/// <param name="MtuBytes">What containers get.</param>
public sealed record BridgeSpec(string Name, MacAddress Mac, int MtuBytes)
{
    /// <summary>MTU when the fast datapath is there and nobody chose: the smallest known underlay (1460) less headers, with room for ESP.</summary>
    public const int FastDatapathMtuBytes = 1376;

    /// <summary>MTU when user space cuts frames to size and nobody chose.</summary>
    public const int UnboundedMtuBytes = 65535;

    /// <summary>Answer ARP for containers of other hosts, whose addresses are reached by routes.</summary>
    public bool AwsVpc { get; init; }
}
