using Weave.Wire.Primitives;

namespace Weave.Linux.Sockets;

/// <summary>What one receive call brought from one source: one datagram, or several of one size behind each other.</summary>
/// <param name="Offset">Start in the receiver's arena.</param>
/// <param name="Length">Bytes of all datagrams; 0 when it did not fit.</param>
/// <param name="DatagramSize">Bytes of each but the last.</param>
/// <param name="Source">Where it came from.</param>
/// <param name="SourcePort">Where it came from.</param>
public readonly record struct UdpMessage(int Offset, int Length, int DatagramSize, Ipv4Address Source, ushort SourcePort);
