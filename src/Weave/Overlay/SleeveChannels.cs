using Weave.Linux.Sockets;
using Weave.Wire.Primitives;

namespace Weave.Overlay;

/// <summary>
/// The sockets of sleeve, all on port P. The first receives everything and sends what must not be fragmented; the
/// second sends the rest; two more are for heartbeats and tests, so that full send buffers never delay those.
/// </summary>
internal sealed class SleeveChannels : IDisposable
{
    private const int BufferBytes = 8 << 20;
    private static readonly TimeSpan LookUpEvery = TimeSpan.FromMilliseconds(250);

    private SleeveChannels(Ipv4Address address, ushort port)
    {
        Main = UdpSocket.Open(address, port, dontFragment: true);
        Other = UdpSocket.Open(address, port, dontFragment: false);
        Control = UdpSocket.Open(address, port, dontFragment: true);
        ControlOther = UdpSocket.Open(address, port, dontFragment: false);
        Probe = new PathMtuProbe();
    }

    internal UdpSocket Main { get; }

    internal UdpSocket Other { get; }

    internal UdpSocket Control { get; }

    internal UdpSocket ControlOther { get; }

    internal PathMtuProbe Probe { get; }

    /// <exception cref="Linux.Interop.KernelException">The port is taken, or the address is not ours.</exception>
    internal static SleeveChannels Open(Ipv4Address address, ushort port)
    {
        SleeveChannels channels = new(address, port);
        channels.Main.DeliverToFirst();
        channels.Main.TryEnableReceiveOffload();
        channels.Main.SetBuffers(BufferBytes);
        channels.Other.SetBuffers(BufferBytes);
        channels.Main.SetReceiveTimeout(LookUpEvery);
        return channels;
    }

    public void Dispose()
    {
        Probe.Dispose();
        ControlOther.Dispose();
        Control.Dispose();
        Other.Dispose();
        Main.Dispose();
    }
}
