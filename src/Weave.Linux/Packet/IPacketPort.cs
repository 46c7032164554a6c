namespace Weave.Linux.Packet;

/// <summary>Where frames leave and enter the kernel. Every frame has a <c>virtio_net_hdr</c> in front (10 bytes).</summary>
public interface IPacketPort : IDisposable
{
    string Name { get; }

    /// <summary>Frames that the kernel dropped since the port was made, because they came faster than they were read.</summary>
    long Overflows { get; }

    /// <summary>Waits until a frame is there.</summary>
    /// <returns>False when <paramref name="timeout"/> passed without one.</returns>
    bool Wait(TimeSpan timeout);

    /// <summary>Reads one frame with its header; does not wait.</summary>
    /// <returns>Number of bytes; 0 when there is nothing to read now.</returns>
    int Read(Span<byte> buffer);

    /// <summary>Writes one frame that is scattered in memory, header first. Safe from several threads.</summary>
    /// <returns>False when the kernel did not take it: the device is down, or the frame makes no sense.</returns>
    bool Write(ReadOnlySpan<IoVector> pieces);
}
