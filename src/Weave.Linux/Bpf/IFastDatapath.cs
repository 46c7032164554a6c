using Weave.Wire.Primitives;
using Weave.Wire.Vxlan;

namespace Weave.Linux.Bpf;

/// <summary>
/// The fast datapath of the network namespace in which it was opened: devices, programs, tables. Disposing it leaves all
/// of that running. Throws <see cref="Interop.KernelException"/> when the kernel refuses.
/// </summary>
public interface IFastDatapath : IDisposable
{
    IDatapathTables Tables { get; }

    /// <summary>What of it somebody may take away.</summary>
    IDatapathPieces Pieces { get; }

    /// <summary>
    /// Index of the VXLAN device for neighbours that listen on <paramref name="port"/>, made when it is missing; 0 for
    /// our own port.
    /// </summary>
    int DeviceForPort(ushort port);

    /// <summary>Connects the TAP of the user-space overlay. Call again when it was made anew.</summary>
    void AttachHandover(string tap);

    /// <summary>
    /// Lets frames of a container go past the bridge, both ways. <paramref name="veth"/> is the host's end of its veth;
    /// the other end must be in another namespace.
    /// </summary>
    void AttachPort(string veth);

    /// <summary>
    /// Has frames of these containers go through the bridge again, and forgets what was learned of them: the bridge and the
    /// next frames tell it anew. Ports that are gone, or never skipped the bridge, are no trouble.
    /// </summary>
    void DetachPorts(IReadOnlySet<int> ports);

    /// <summary>The present program sits at this port: its frames go past the bridge.</summary>
    bool IsAttached(int port);

    /// <summary>Sends a frame with zero MAC addresses to a neighbour.</summary>
    void SendHeartbeat(ShortId neighbour, ReadOnlySpan<byte> frame);

    /// <summary>Tells <paramref name="handler"/> of events until the result is disposed. One listener at a time.</summary>
    IDisposable Listen(DatapathEventHandler handler);

    DatapathContents Read();

    IReadOnlyList<DatapathMac> ReadMacs();

    IReadOnlyDictionary<DatapathCounter, ulong> ReadCounters();
}
