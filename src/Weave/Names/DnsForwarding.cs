using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Weave.Core.Names;

namespace Weave.Names;

/// <summary>
/// The queries that are on their way upstream: so many in all and so many for one client. A query over that is dropped;
/// its sender will ask again.
/// </summary>
internal sealed class DnsForwarding(UpstreamForwarder upstream, ILogger logger)
{
    private const int Most = 2048;
    private const int MostForOneClient = 256;

    private readonly ConcurrentDictionary<string, int> _perClient = new();
    private int _underWay;

    /// <summary>Brings the answer, or a SERVFAIL when no server had one; null when nothing is to be sent.</summary>
    /// <param name="client">Tells clients apart.</param>
    /// <param name="query">What was asked.</param>
    /// <param name="isDatagram">By UDP.</param>
    /// <param name="mayComplain">Asked before a SERVFAIL is sent.</param>
    /// <param name="cancel">The server stops.</param>
    internal async Task<byte[]?> AskAsync(
        string client, ReadOnlyMemory<byte> query, bool isDatagram, Func<bool> mayComplain, CancellationToken cancel)
    {
        if (!TryEnter(client))
        {
            return null;
        }

        try
        {
            byte[]? answer = await upstream.AskAsync(query, isDatagram, cancel).ConfigureAwait(false);
            return answer ?? (mayComplain() ? Failure(query.Span) : null);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            logger.ForwardingFailed(failure); // one client's query must not end the server
            return Failure(query.Span);
        }
        finally
        {
            Leave(client);
        }
    }

    private static byte[] Failure(ReadOnlySpan<byte> query)
    {
        byte[] reply = new byte[query.Length + Wire.Dns.DnsHeader.Size];
        return reply[..NameResolver.WriteFailure(query, reply)];
    }

    private bool TryEnter(string client)
    {
        if (Interlocked.Increment(ref _underWay) <= Most
            && _perClient.AddOrUpdate(client, 1, static (_, count) => count + 1) <= MostForOneClient)
        {
            return true;
        }

        Leave(client);
        return false;
    }

    private void Leave(string client)
    {
        Interlocked.Decrement(ref _underWay);
        if (_perClient.AddOrUpdate(client, 0, static (_, count) => count - 1) <= 0)
        {
            _perClient.TryRemove(new KeyValuePair<string, int>(client, 0));
        }
    }
}
