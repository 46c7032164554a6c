using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Weave.Core.Mesh;

namespace Weave.Mesh;

/// <summary>
/// One TCP connection: a reader that waits until what it read was taken, and a writer with a queue whose length the
/// router bounds, since it hands over more only after <paramref name="drained"/>.
/// </summary>
internal sealed class TcpLink(Socket socket, Func<ReadOnlyMemory<byte>, Task> received, Action drained, Action<string, bool> closed)
    : IDisposable
{
    private const int ReadSize = 64 << 10;

    /// <summary>How long a closed connection may take to send what was written before.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    private readonly Channel<ReadOnlyMemory<byte>> _queue =
        Channel.CreateUnbounded<ReadOnlyMemory<byte>>(new UnboundedChannelOptions { SingleReader = true });

    private readonly CancellationTokenSource _stop = new();
    private int _closed;
    private long _queued;

    internal IPEndPoint Local { get; } = (IPEndPoint)socket.LocalEndPoint!;

    internal IPEndPoint Remote { get; } = (IPEndPoint)socket.RemoteEndPoint!;

    internal ConnectionId Id { get; set; }

    /// <summary>Closing always resets the connection, as between original peers.</summary>
    internal static void Configure(Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.NoDelay = true;
        TcpRetransmission.Configure(socket);
    }

    internal void Start()
    {
        _ = Task.Run(ReadAsync);
        _ = Task.Run(WriteAsync);
    }

    /// <summary>Our end has an address that this host has no more, so nothing gets through.</summary>
    internal bool IsHomeless { get; set; }

    /// <summary>For status.</summary>
    internal LinkFigures Figures
    {
        get
        {
            TcpInfo info = TcpInfo.Of(socket);
            return new LinkFigures(info.RoundTrip, Interlocked.Read(ref _queued) + info.NotSentBytes);
        }
    }

    /// <summary>Since the other end last sent or acknowledged anything; its kernel is asked every few seconds.</summary>
    internal TimeSpan Silence => TcpInfo.Of(socket).Silence;

    internal void Write(ReadOnlyMemory<byte> bytes)
    {
        Interlocked.Add(ref _queued, bytes.Length);
        _queue.Writer.TryWrite(bytes);
    }

    /// <summary>Closes after what was queued has left, or after a second. Nothing is reported any more.</summary>
    internal void Close()
    {
        Interlocked.Exchange(ref _closed, 1);
        _queue.Writer.TryComplete();
        _stop.CancelAfter(Farewell);
    }

    /// <summary>The same as <see cref="Close"/>: the writer disposes of the socket when it has said farewell.</summary>
    public void Dispose() => Close();

    private async Task ReadAsync()
    {
        byte[] buffer = new byte[ReadSize];
        string reason = "EOF";
        bool byRemote = true;
        try
        {
            while (true)
            {
                int count = await socket.ReceiveAsync(buffer, SocketFlags.None, _stop.Token).ConfigureAwait(false);
                if (count == 0)
                {
                    break;
                }

                await received(buffer.AsMemory(0, count)).ConfigureAwait(false);
            }
        }
        catch (SocketException failure)
        {
            reason = $"read tcp {Local}->{Remote}: read: {TcpErrors.Describe(failure)}";
            byRemote = TcpErrors.IsByRemote(failure);
        }
        catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException)
        {
            reason = "use of closed network connection";
        }

        Report(reason, byRemote);
    }

    private async Task WriteAsync()
    {
        try
        {
            while (await _queue.Reader.WaitToReadAsync(_stop.Token).ConfigureAwait(false))
            {
                while (_queue.Reader.TryRead(out ReadOnlyMemory<byte> bytes))
                {
                    await SendAllAsync(bytes).ConfigureAwait(false);
                }

                drained();
            }
        }
        catch (SocketException failure)
        {
            Report($"write tcp {Local}->{Remote}: write: {TcpErrors.Describe(failure)}", TcpErrors.IsByRemote(failure));
        }
        catch (OperationCanceledException)
        {
            Report("use of closed network connection", byRemote: true);
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        socket.Dispose();
    }

    private async Task SendAllAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int taken = await socket.SendAsync(bytes, SocketFlags.None, _stop.Token).ConfigureAwait(false);
            Interlocked.Add(ref _queued, -taken);
            bytes = bytes[taken..];
        }
    }

    /// <summary>Once, and not when it was us who closed.</summary>
    private void Report(string reason, bool byRemote)
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            _queue.Writer.TryComplete();
            _stop.CancelAfter(Farewell);
            closed(reason, byRemote);
        }
    }
}
