using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Weave.Core.Mesh;
using Weave.Daemon;

namespace Weave.Mesh;

/// <summary>Where TCP connections come from: listens, limits the rate of accepting, and dials.</summary>
internal sealed class TcpGate(IPAddress host, int port, TimeProvider time, ControlLoop loop, ILogger logger) : IDisposable
{
    /// <summary>docs/wire/mesh.md §1.2.</summary>
    private const int AcceptBurst = 20;

    private const int Backlog = 128;

    /// <summary>docs/wire/mesh.md §1.2.</summary>
    private static readonly TimeSpan AcceptInterval = TimeSpan.FromMilliseconds(50);

    private readonly TokenBucket _tokens = new(AcceptBurst, AcceptInterval);
    private Socket? _listener;

    /// <exception cref="SocketException">The port cannot be had.</exception>
    internal void Listen()
    {
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(host, port));
        _listener.Listen(Backlog);
    }

    /// <summary>Accepts until cancelled.</summary>
    internal async Task AcceptAsync(Func<Socket, Task> accepted, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                TimeSpan wait = _tokens.Take(loop.Now.Elapsed);
                if (wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait, time, cancel).ConfigureAwait(false);
                }

                Socket socket = await _listener!.AcceptAsync(cancel).ConfigureAwait(false);
                TcpLink.Configure(socket);
                await accepted(socket).ConfigureAwait(false);
            }
            catch (SocketException failure)
            {
                // Out of descriptors, or the caller has gone: the token just taken slows a repetition down.
                logger.AcceptFailed(TcpErrors.Describe(failure));
            }
        }
    }

    /// <summary>Dials from the configured host with an ephemeral port.</summary>
    /// <exception cref="SocketException">It could not be reached.</exception>
    internal async Task<Socket> DialAsync(IPEndPoint target, CancellationToken cancel)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            TcpLink.Configure(socket);
            socket.Bind(new IPEndPoint(host, 0));
            await socket.ConnectAsync(target, cancel).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose() => _listener?.Dispose();
}
