using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using static Weave.Linux.Datagrams.DatagramNative;

namespace Weave.Linux.Datagrams;

/// <summary>Who sent a datagram, and which of our addresses it was sent to: enough to answer it at any time.</summary>
public sealed unsafe class DatagramOrigin
{
    /// <summary>Bytes of the longest socket address used: struct sockaddr_in6, padded.</summary>
    internal const int NameSize = 32;

    /// <summary>Room for one control message with struct in6_pktinfo, padded.</summary>
    internal const int ControlSize = 64;

    private readonly byte[] _name;
    private readonly byte[] _control;

    internal DatagramOrigin(ReadOnlySpan<byte> name, ReadOnlySpan<byte> control)
    {
        _name = name.ToArray();
        _control = control.ToArray();
        LetKernelChooseInterface(_control);
    }

    /// <summary>Sends an answer. Safe from any thread; what cannot be sent is lost, as datagrams are.</summary>
    public void Answer(Socket socket, ReadOnlySpan<byte> payload)
    {
        fixed (byte* name = _name, control = _control, bytes = payload)
        {
            Slice slice = new() { Base = bytes, Length = (nuint)payload.Length };
            Message message = new()
            {
                Name = name,
                NameLength = (uint)_name.Length,
                Slices = &slice,
                SliceCount = 1,
                Control = control,
                ControlLength = (nuint)_control.Length,
            };
            _ = DatagramNative.Send(socket.SafeHandle, &message, NoSignal);
        }
    }

    /// <summary>
    /// The control message of a received datagram serves for the answer, too, but for the interface of struct in_pktinfo: it
    /// would override the routing table. (An IPv6 one is kept: link-local addresses need it.)
    /// </summary>
    internal static void LetKernelChooseInterface(Span<byte> control)
    {
        // struct cmsghdr: length (8) | level (4) | type (4), then struct in_pktinfo: interface (4) | source (4) | destination (4)
        if (control.Length >= 28 && MemoryMarshal.Read<int>(control[8..]) == SolIp)
        {
            BinaryPrimitives.WriteInt32LittleEndian(control[16..], 0);
        }
    }
}
