using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Weave.Core.Names;

namespace Weave.Names;

/// <summary>DNS over TCP: each message with its length (2 bytes) in front; several per connection, answered in order.</summary>
internal sealed class DnsStreamServer : IDisposable
{
    private const int MostConnections = 256;
    private const int Backlog = 128;

    /// <summary>A container that opens connections and says nothing leaves most of them to the others.</summary>
    private const int MostForOneClient = 32;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private readonly Socket _listener;
    private readonly DnsClients _clients;
    private readonly Func<NameResolver> _makeResolver;
    private readonly DnsForwarding _forwarding;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _room = new(MostConnections);
    private readonly ConcurrentDictionary<IPAddress, int> _perClient = new();
    private Task _accepting = Task.CompletedTask;

    internal DnsStreamServer(
        IPEndPoint listen, DnsClients clients, Func<NameResolver> makeResolver, DnsForwarding forwarding, TimeProvider time, ILogger logger)
    {
        _clients = clients;
        _makeResolver = makeResolver;
        _forwarding = forwarding;
        _time = time;
        _logger = logger;
        _listener = new Socket(listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        DnsListening.Bind(_listener, listen, logger);
        _listener.Listen(Backlog);
    }

    /// <summary>Ends when the server stops, and else not.</summary>
    internal Task Accepting => _accepting;

    internal void Start() => _accepting = AcceptAsync();

    public void Dispose()
    {
        _stop.Cancel();
        _accepting.GetAwaiter().GetResult();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await _room.WaitAsync(_stop.Token).ConfigureAwait(false);
                Socket client = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                _ = ServeAsync(client);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException failure)
            {
                _room.Release();
                _logger.StreamNotAccepted(failure.Message); // the client went away, or descriptors are short: go on, but not hastily
                await Task.Delay(TimeSpan.FromMilliseconds(50), _time, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        byte[] query = ArrayPool<byte>.Shared.Rent(ushort.MaxValue);
        byte[] reply = ArrayPool<byte>.Shared.Rent(sizeof(ushort) + NameResolver.LargestMessage);
        IPAddress? counted = null;
        try
        {
            using NetworkStream stream = new(client, ownsSocket: true);
            client.NoDelay = true;
            IPAddress sender = ((IPEndPoint)client.RemoteEndPoint!).Address;
            counted = sender;
            if (_perClient.AddOrUpdate(sender, 1, static (_, count) => count + 1) > MostForOneClient
                || !_clients.MayAsk(sender.GetAddressBytes()))
            {
                return;
            }

            NameResolver resolver = _makeResolver();
            string name = sender.ToString();
            while (await ReadAsync(stream, query).ConfigureAwait(false) is { } length)
            {
                ReadOnlyMemory<byte>? answer = await AnswerAsync(resolver, query.AsMemory(0, length), reply, name).ConfigureAwait(false);
                if (answer is null)
                {
                    return;
                }

                using CancellationTokenSource limit = Limit();
                await stream.WriteAsync(answer.Value, limit.Token).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client hung up, was too slow, or the server stops: either way the connection is over.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(query);
            ArrayPool<byte>.Shared.Return(reply);
            Leave(counted);
            _room.Release();
        }
    }

    private void Leave(IPAddress? client)
    {
        if (client is not null && _perClient.AddOrUpdate(client, 0, static (_, count) => count - 1) <= 0)
        {
            _perClient.TryRemove(new KeyValuePair<IPAddress, int>(client, 0));
        }
    }

    /// <summary>Length of the next query; null when the client has no more, or sends what is none.</summary>
    private async Task<int?> ReadAsync(NetworkStream stream, byte[] query)
    {
        using CancellationTokenSource limit = Limit();
        int got = await stream.ReadAtLeastAsync(query.AsMemory(0, sizeof(ushort)), sizeof(ushort), false, limit.Token).ConfigureAwait(false);
        int length = BinaryPrimitives.ReadUInt16BigEndian(query);
        if (got < sizeof(ushort) || length == 0)
        {
            return null;
        }

        got = await stream.ReadAtLeastAsync(query.AsMemory(0, length), length, false, limit.Token).ConfigureAwait(false);
        return got == length ? length : null;
    }

    private async Task<ReadOnlyMemory<byte>?> AnswerAsync(NameResolver resolver, ReadOnlyMemory<byte> query, byte[] reply, string client)
    {
        NameAnswer kind = resolver.Answer(query.Span, false, reply.AsSpan(sizeof(ushort), NameResolver.LargestMessage), out int length);
        if (kind == NameAnswer.Forward)
        {
            byte[]? answer = await _forwarding.AskAsync(client, query, false, static () => true, _stop.Token).ConfigureAwait(false);
            length = answer?.Length ?? 0;
            answer?.CopyTo(reply, sizeof(ushort));
        }

        BinaryPrimitives.WriteUInt16BigEndian(reply, (ushort)length);
        return length == 0 ? null : reply.AsMemory(0, sizeof(ushort) + length);
    }

    private CancellationTokenSource Limit()
    {
        CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        limit.CancelAfter(Patience);
        return limit;
    }
}
