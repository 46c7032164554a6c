namespace Weave.Linux.Bpf;

/// <summary>Which devices the fast datapath uses.</summary>
/// <param name="Bridge">The bridge that the VXLAN device becomes a port of; it must exist.</param>
/// <param name="Port">UDP port of the tunnel: the mesh port + 1.</param>
/// <param name="MtuBytes">Largest IP packet of containers.</param>
public sealed record FastDatapathSpec(string Bridge, ushort Port, int MtuBytes)
{
    /// <summary>Mount point of the bpf file system.</summary>
    public string BpfMount { get; init; } = "/sys/fs/bpf";

    /// <summary>Maps are pinned below this directory, apart for each network namespace.</summary>
    public string PinRoot { get; init; } = "/sys/fs/bpf/weave";

    /// <summary>The VXLAN device, named for its port as the original does.</summary>
    public string Device => DeviceFor(Port);

    public static string DeviceFor(ushort port) => $"vxlan-{port}";
}
