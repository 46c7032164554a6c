using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Weave.Core.Names;
using Weave.Core.Primitives;
using Weave.Daemon;

namespace Weave.Names;

/// <summary>The DNS server: UDP and TCP on one address, answering from the index and passing on the rest.</summary>
internal sealed class DnsServer : IDisposable
{
    private readonly DnsDatagramServer _datagrams;
    private readonly DnsStreamServer _streams;

    /// <exception cref="OptionException">The address cannot be listened on; the message says why.</exception>
    internal DnsServer(DnsServerOptions options, NameIndex index, UpstreamForwarder upstream, TimeProvider time, ILogger logger)
    {
        DnsForwarding forwarding = new(upstream, logger);
        try
        {
            _datagrams = new DnsDatagramServer(options, MakeResolver(options, index), forwarding, time, logger);
            LocalEndPoint = _datagrams.LocalEndPoint; // with port 0 TCP takes the port that UDP was given
            _streams = new DnsStreamServer(LocalEndPoint, options.Clients, () => MakeResolver(options, index), forwarding, time, logger);
        }
        catch (SocketException failure)
        {
            _datagrams?.Dispose();
            throw new OptionException($"cannot serve DNS on {options.Listen}: {failure.Message}", failure);
        }
    }

    internal IPEndPoint LocalEndPoint { get; }

    /// <summary>Ends when the server stops, and else not.</summary>
    internal Task Accepting => _streams.Accepting;

    internal void Start()
    {
        _datagrams.Start();
        _streams.Start();
    }

    public void Dispose()
    {
        _streams.Dispose();
        _datagrams.Dispose();
    }

    private static NameResolver MakeResolver(DnsServerOptions options, NameIndex index)
    {
        Span<byte> seed = stackalloc byte[sizeof(ulong)];
        System.Security.Cryptography.RandomNumberGenerator.Fill(seed);
        return new NameResolver(index, options.Domain, options.TtlSeconds, new SeededRandom(BitConverter.ToUInt64(seed)));
    }
}
