using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Weave.Wire.Dns;

namespace Weave.Names;

/// <summary>Real servers, by a fresh socket for each question: its port is as hard to guess as the id.</summary>
internal sealed class UpstreamSockets : IUpstreamTransport
{
    public async Task<byte[]> AskByDatagramAsync(IPEndPoint server, ReadOnlyMemory<byte> request, CancellationToken cancel)
    {
        using Socket socket = new(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, cancel).ConfigureAwait(false); // only this server may answer, and its refusal is told
        await socket.SendAsync(request, cancel).ConfigureAwait(false);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ushort.MaxValue);
        try
        {
            while (true)
            {
                int length = await socket.ReceiveAsync(buffer.AsMemory(), cancel).ConfigureAwait(false);
                if (DnsExchange.IsAnswer(request.Span, buffer.AsSpan(0, length)))
                {
                    return buffer.AsSpan(0, length).ToArray();
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public async Task<byte[]> AskByStreamAsync(IPEndPoint server, ReadOnlyMemory<byte> request, CancellationToken cancel)
    {
        using Socket socket = new(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, cancel).ConfigureAwait(false);
        using NetworkStream stream = new(socket);
        byte[] framed = new byte[sizeof(ushort) + request.Length];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)request.Length);
        request.CopyTo(framed.AsMemory(sizeof(ushort)));
        await stream.WriteAsync(framed, cancel).ConfigureAwait(false);
        byte[] length = new byte[sizeof(ushort)];
        await stream.ReadExactlyAsync(length, cancel).ConfigureAwait(false);
        byte[] answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(answer, cancel).ConfigureAwait(false);
        return DnsExchange.IsAnswer(request.Span, answer) ? answer : throw new IOException($"{server} answered something else");
    }
}
