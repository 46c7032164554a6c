namespace Weave.Linux.Bpf;

/// <summary>Sizes that bpf/maps.h fixes.</summary>
public static class DatapathLimits
{
    /// <summary>Next hops to which a flooded frame of one source is copied.</summary>
    public const int HopsOfOneSource = 1024;
}
