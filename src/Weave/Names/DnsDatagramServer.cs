using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Weave.Core.Names;
using Weave.Linux.Datagrams;

namespace Weave.Names;

/// <summary>
/// DNS over UDP: one thread that takes what has come, answers all of it, and goes on. Local answers allocate nothing;
/// the others are passed on and answered from wherever their answer arrives.
/// </summary>
internal sealed class DnsDatagramServer : IDisposable
{
    private const int BatchSize = 32;
    private const int LargestQuery = 4096;
    private const int ReceiveBufferBytes = 1 << 20;

    private static readonly TimeSpan StopLookedAtEvery = TimeSpan.FromMilliseconds(200);

    private readonly Socket _socket;
    private readonly DnsClients _clients;
    private readonly NameResolver _resolver;
    private readonly DnsForwarding _forwarding;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ComplaintBudget _budget = new();
    private readonly Lock _budgetGate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly long _started;
    private readonly Thread _thread;

    internal DnsDatagramServer(DnsServerOptions options, NameResolver resolver, DnsForwarding forwarding, TimeProvider time, ILogger logger)
    {
        _clients = options.Clients;
        _resolver = resolver;
        _forwarding = forwarding;
        _time = time;
        _logger = logger;
        _started = time.GetTimestamp();
        _socket = new Socket(options.Listen.AddressFamily, SocketType.Dgram, ProtocolType.Udp)
        {
            ReceiveTimeout = (int)StopLookedAtEvery.TotalMilliseconds,
            ReceiveBufferSize = ReceiveBufferBytes,
        };
        DatagramBatch.Prepare(_socket);
        DnsListening.Bind(_socket, options.Listen, logger);
        _thread = new Thread(Run) { Name = "dns", IsBackground = true };
    }

    internal System.Net.IPEndPoint LocalEndPoint => (System.Net.IPEndPoint)_socket.LocalEndPoint!;

    internal void Start() => _thread.Start();

    public void Dispose()
    {
        _stop.Cancel();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        _socket.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        using DatagramBatch batch = new(_socket, BatchSize, LargestQuery, NameResolver.LargestMessage);
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                int received = batch.Receive();
                for (int i = 0; i < received; i++)
                {
                    Answer(batch, i);
                }

                batch.Send();
            }
        }
        catch (SocketException failure) when (_stop.IsCancellationRequested)
        {
            _logger.DatagramServerEnded(failure.Message); // else it ends the daemon: without an answer nothing on this host resolves
        }
    }

    private void Answer(DatagramBatch batch, int index)
    {
        if (!_clients.MayAsk(AddressOf(batch.Sender(index))))
        {
            return;
        }

        ReadOnlySpan<byte> query = batch.Datagram(index);
        switch (_resolver.Answer(query, true, batch.ReplyBuffer(index), out int length))
        {
            case NameAnswer.Reply:
                batch.Reply(index, length);
                break;
            case NameAnswer.Complain when MayComplain(AddressOf(batch.Sender(index))):
                batch.Reply(index, length);
                break;
            case NameAnswer.Forward:
                _ = ForwardAsync(query.ToArray(), batch.Origin(index), Convert.ToHexString(AddressOf(batch.Sender(index))));
                break;
        }
    }

    private async Task ForwardAsync(byte[] query, DatagramOrigin origin, string client)
    {
        await Task.Yield(); // not on the thread that answers
        byte[]? answer = await _forwarding
            .AskAsync(client, query, true, () => MayComplain(Convert.FromHexString(client)), _stop.Token).ConfigureAwait(false);
        if (answer is not null && !_stop.IsCancellationRequested)
        {
            SendAnswer(origin, answer);
        }
    }

    private void SendAnswer(DatagramOrigin origin, byte[] answer)
    {
        try
        {
            origin.Answer(_socket, answer);
        }
        catch (ObjectDisposedException)
        {
            // The server has stopped meanwhile.
        }
    }

    private bool MayComplain(ReadOnlySpan<byte> sender)
    {
        lock (_budgetGate)
        {
            return _budget.TryTake(_time.GetElapsedTime(_started), sender);
        }
    }

    // struct sockaddr_in: family (2) | port (2) | address (4); sockaddr_in6 has four bytes of flow in between.
    private static ReadOnlySpan<byte> AddressOf(ReadOnlySpan<byte> sender) => sender.Length switch
    {
        16 => sender.Slice(4, 4),
        28 => sender.Slice(8, 16),
        _ => sender,
    };
}
