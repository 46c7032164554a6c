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

    /// <summary>
    /// Frames of containers may go past the bridge. Not where rules at the bridge decide what may pass, as those of a network
    /// policy controller.
    /// </summary>
    public bool SkipsBridge { get; init; } = true;

    /// <summary>
    /// The device is called <see cref="PolicyPortName"/>, and <see cref="Device"/> second: rules of a network policy controller
    /// know the bridge's port by that name, and match first names only.
    /// </summary>
    public bool PolicyName { get; init; }

    /// <summary>As the original calls the bridge's port.</summary>
    public const string PolicyPortName = "vethwe-bridge";

    /// <summary>The VXLAN device, named for its port as the original does.</summary>
    public string Device => DeviceFor(Port);

    public string FirstName => PolicyName ? PolicyPortName : Device;

    public string SecondName => PolicyName ? Device : PolicyPortName;

    public static string DeviceFor(ushort port) => $"vxlan-{port}";
}
