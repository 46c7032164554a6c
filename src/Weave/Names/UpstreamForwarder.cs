using System.Security.Cryptography;
using Weave.Wire.Dns;

namespace Weave.Names;

/// <summary>
/// Passes a query on to the servers of resolv.conf and brings back the first good answer, with nothing changed in either
/// but the id.
/// </summary>
/// <remarks>
/// docs/wire/dns.md §5. Servers are asked in order. The next one is asked as soon as one fails, or has been silent for
/// <see cref="HeadStart"/>; a silent one may still answer until its time is up, so a slow server is not lost. A server that
/// says SERVFAIL, NOTIMP or REFUSED has failed, and its answer is used only when no other has a better one.
/// </remarks>
/// <param name="resolvConf">Whom to ask.</param>
/// <param name="transport">How to ask one server.</param>
/// <param name="timeout">How long one server may take.</param>
/// <param name="time">The clock.</param>
internal sealed class UpstreamForwarder(ResolvConf resolvConf, IUpstreamTransport transport, TimeSpan timeout, TimeProvider time)
{
    /// <summary>With two dead servers in front the third is asked after 1.4 s.</summary>
    internal static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(700);

    /// <summary>The answer with the id of the query; null when there is none.</summary>
    internal async Task<byte[]?> AskAsync(ReadOnlyMemory<byte> query, bool isDatagram, CancellationToken cancel)
    {
        using CancellationTokenSource done = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        List<Task<byte[]?>> asked = [];
        byte[]? poor = null;
        Queue<System.Net.IPEndPoint> servers = new(resolvConf.Servers);
        try
        {
            while (servers.Count > 0 || asked.Count > 0)
            {
                if (servers.TryDequeue(out System.Net.IPEndPoint? server))
                {
                    asked.Add(AskOneAsync(server, query, isDatagram, done.Token));
                }

                byte[]? answer = await FirstAsync(asked, mayMoveOn: servers.Count > 0, done.Token).ConfigureAwait(false);
                if (answer is not null && !HasFailed(answer))
                {
                    return answer;
                }

                poor ??= answer;
            }

            return poor;
        }
        finally
        {
            await done.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>What one of <paramref name="asked"/> said, which is taken off; null when it said nothing or it is time for the next server.</summary>
    private async Task<byte[]?> FirstAsync(List<Task<byte[]?>> asked, bool mayMoveOn, CancellationToken cancel)
    {
        using CancellationTokenSource waiting = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task moveOn = Task.Delay(mayMoveOn ? HeadStart : Timeout.InfiniteTimeSpan, time, waiting.Token);
        Task first = await Task.WhenAny(asked.Append(moveOn)).ConfigureAwait(false);
        await waiting.CancelAsync().ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();
        if (first is Task<byte[]?> answered && asked.Remove(answered))
        {
            return await answered.ConfigureAwait(false);
        }

        return null;
    }

    private async Task<byte[]?> AskOneAsync(System.Net.IPEndPoint server, ReadOnlyMemory<byte> query, bool isDatagram, CancellationToken cancel)
    {
        using CancellationTokenSource limit = new(timeout, time);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        byte[] request = query.ToArray();
        DnsExchange.SetId(request, (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1));
        try
        {
            byte[]? answer = isDatagram
                ? await transport.AskByDatagramAsync(server, request, both.Token).ConfigureAwait(false)
                : await transport.AskByStreamAsync(server, request, both.Token).ConfigureAwait(false);
            query.Span[..sizeof(ushort)].CopyTo(answer);
            return answer;
        }
        catch (Exception failure) when (failure is System.Net.Sockets.SocketException or IOException or OperationCanceledException)
        {
            return null; // refused, unreachable or too slow: the next one is asked
        }
    }

    private static bool HasFailed(ReadOnlySpan<byte> answer) =>
        DnsHeader.TryRead(answer, out DnsHeader header)
        && header.ResponseCode is DnsResponseCode.ServerFailure or DnsResponseCode.NotImplemented or DnsResponseCode.Refused;
}
