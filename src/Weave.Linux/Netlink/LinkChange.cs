using Microsoft.Win32.SafeHandles;
using Weave.Wire.Primitives;

namespace Weave.Linux.Netlink;

/// <summary>What shall be different about a link; what is null stays as it is. The kernel takes all of it or nothing, except what is of a bridge's port.</summary>
public sealed record LinkChange
{
    public bool? Up { get; init; }

    public int? MtuBytes { get; init; }

    public MacAddress? Mac { get; init; }

    /// <summary>The bridge to be a port of; empty to leave the present one.</summary>
    public string? Master { get; init; }

    /// <summary>A link must be down to be renamed, on kernels before 6.2.</summary>
    public string? Name { get; init; }

    /// <summary>The network namespace to move to; the link is down there afterwards.</summary>
    public SafeFileHandle? Namespace { get; init; }

    /// <summary>A bridge port may send frames back to where they came from.</summary>
    public bool? Hairpin { get; init; }

    /// <summary>How the bridge treats it from now on; it must be a port of one.</summary>
    public BridgePortSettings? Port { get; init; }

    /// <summary>A text to leave with it.</summary>
    public string? Alias { get; init; }

    /// <summary>Packets that wait to be sent; 0 means that sending is synchronous.</summary>
    public int? TransmitQueueLength { get; init; }
}
