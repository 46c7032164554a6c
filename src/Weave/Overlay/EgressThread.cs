using Weave.Core.Mesh;
using Weave.Linux.Packet;
using Weave.Wire.Packet;

namespace Weave.Overlay;

/// <summary>Reads frames from the kernel, as long as there are any, and sends them; waits only when there are none.</summary>
internal sealed class EgressThread(SleeveOverlay overlay) : DataThread(overlay, "sleeve-out")
{
    /// <summary>Enough for the send call to be cheap per byte, little enough for the other side to begin early.</summary>
    private const int FlushAtBytes = 60_000;

    private static readonly TimeSpan LookUpEvery = TimeSpan.FromMilliseconds(250);

    private readonly byte[] _buffer = GC.AllocateArray<byte>(VirtioNetHeader.Size + 14 + ushort.MaxValue + 1024, pinned: true);

    protected override void Loop()
    {
        IPacketPort port = Overlay.Port;
        while (!Stopping)
        {
            if (port.Wait(LookUpEvery))
            {
                Now = Overlay.Now;
                Drain(port);
            }
        }
    }

    private void Drain(IPacketPort port)
    {
        int length;
        while ((length = port.Read(_buffer)) > 0)
        {
            Counters.FramesCaptured++;
            if (length > VirtioNetHeader.Size && Overlay.Routes is RoutesSnapshot routes)
            {
                VirtioNetHeader header = VirtioNetHeader.Read(_buffer);
                Overlay.Plane.OnCaptured(this, routes, _buffer.AsSpan(VirtioNetHeader.Size, length - VirtioNetHeader.Size), header);
            }

            if (Sender.Pending >= FlushAtBytes)
            {
                Sender.Flush();
                Now = Overlay.Now;
            }
        }

        Sender.Flush();
    }
}
