using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Weave.Names;
using Weave.Tests.Core.Names;
using Weave.Wire.Dns;
using Weave.Wire.Primitives;

namespace Weave.Tests.Names;

/// <summary>The server on real sockets of the loopback interface, with another of its kind upstream.</summary>
public sealed class DnsServerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly NamesPeer _names = new();
    private readonly NamesPeer _upstreamNames = new();
    private readonly string _file = Path.GetTempFileName();
    private readonly DnsServer _upstream;
    private readonly DnsServer _server;

    public DnsServerTests()
    {
        File.WriteAllText(_file, "nameserver 127.0.0.1\n");
        _upstream = Serve(_upstreamNames, "weave.local.", "", 53);
        _server = Serve(_names, "other.test.", _file, _upstream.LocalEndPoint.Port);
    }

    public void Dispose()
    {
        _server.Dispose();
        _upstream.Dispose();
        File.Delete(_file);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_local_name_is_answered(bool isDatagram)
    {
        DnsServer server = _upstream;
        _upstreamNames.Register("web.weave.local.", "10.32.0.1");
        byte[] answer = await AskAsync(server, DnsMessages.Query("web.weave.local", DnsRecordType.Address), isDatagram);
        Assert.Equal([Ipv4Address.Parse("10.32.0.1")], DnsMessages.Addresses(answer));
    }

    /// <summary>Docker's bridge comes after a router that is a service of the host.</summary>
    [Fact]
    public void An_address_that_the_host_does_not_have_yet_is_taken()
    {
        using DnsServer early = Serve(_names, "weave.local.", "", 53, "192.0.2.1:0");
        Assert.Equal("192.0.2.1", early.LocalEndPoint.Address.ToString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Another_name_is_asked_of_the_upstream_server(bool isDatagram)
    {
        _upstreamNames.Register("far.weave.local.", "10.32.0.9");
        byte[] query = DnsMessages.Query("far.weave.local", DnsRecordType.Address, id: 0x4321);
        byte[] answer = await AskAsync(_server, query, isDatagram);
        Assert.Equal([Ipv4Address.Parse("10.32.0.9")], DnsMessages.Addresses(answer));
        Assert.Equal(query[..2], answer[..2]);
    }

    [Fact]
    public async Task A_large_answer_comes_whole_by_tcp_and_truncated_by_udp()
    {
        for (uint i = 0; i < 1500; i++)
        {
            _upstreamNames.Database.Register(_upstreamNames.Now, "c", "many.weave.local.", new Ipv4Address(0x0A21_0000 + i));
        }

        byte[] query = DnsMessages.Query("many.weave.local", DnsRecordType.Address);
        Assert.Equal(1500, DnsMessages.Addresses(await AskAsync(_server, query, isDatagram: false)).Count);
        byte[] truncated = await AskAsync(_server, query, isDatagram: true);
        Assert.True((truncated[2] & 2) != 0 && truncated.Length <= 512);
    }

    [Fact]
    public async Task Without_an_upstream_server_a_foreign_name_fails()
    {
        byte[] answer = await AskAsync(_upstream, DnsMessages.Query("example.com", DnsRecordType.Address), isDatagram: true);
        Assert.Equal((int)DnsResponseCode.ServerFailure, answer[3] & 15);
    }

    [Fact]
    public async Task Rubbish_in_front_does_not_keep_the_next_query_from_its_answer()
    {
        _upstreamNames.Register("web.weave.local.", "10.32.0.1");
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(_upstream.LocalEndPoint);
        await socket.SendAsync(new byte[] { 1 });
        await socket.SendAsync(new byte[9000]);
        await socket.SendAsync(DnsMessages.Query("web.weave.local", DnsRecordType.Address));
        byte[] buffer = new byte[4096];
        int length = await socket.ReceiveAsync(buffer.AsMemory()).AsTask().WaitAsync(Patience);
        Assert.Equal([Ipv4Address.Parse("10.32.0.1")], DnsMessages.Addresses(buffer.AsSpan(0, length)));
    }

    [Fact]
    public async Task One_client_gets_so_many_connections_and_no_more()
    {
        List<Socket> idle = [];
        try
        {
            for (int i = 0; i < 32; i++)
            {
                idle.Add(await ConnectAsync());
            }

            using Socket refused = await ConnectAsync();
            Assert.Equal(0, await refused.ReceiveAsync(new byte[1].AsMemory()).AsTask().WaitAsync(Patience));
        }
        finally
        {
            idle.ForEach(socket => socket.Dispose());
        }

        async Task<Socket> ConnectAsync()
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(_upstream.LocalEndPoint).WaitAsync(Patience);
            return socket;
        }
    }

    [Fact]
    public async Task The_answer_leaves_from_the_address_that_was_asked()
    {
        using DnsServer everywhere = Serve(_upstreamNames, "weave.local.", "", 53, "0.0.0.0:0");
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        IPEndPoint asked = new(IPAddress.Parse("127.9.8.7"), everywhere.LocalEndPoint.Port);
        await socket.SendToAsync(DnsMessages.Query("nobody.weave.local", DnsRecordType.Address), asked);
        SocketReceiveFromResult got = await socket.ReceiveFromAsync(new byte[512], new IPEndPoint(IPAddress.Any, 0)).WaitAsync(Patience);
        Assert.Equal(asked, got.RemoteEndPoint);
    }

    private static DnsServer Serve(NamesPeer names, string domain, string resolvConf, int upstreamPort, string listen = "127.0.0.1:0")
    {
        DnsServerOptions options = new(IPEndPoint.Parse(listen), domain, 1, TimeSpan.FromSeconds(5));
        ResolvConf servers = new(resolvConf, _ => false, TimeProvider.System, upstreamPort);
        UpstreamForwarder forwarder = new(servers, new UpstreamSockets(), options.ServerTimeout, TimeProvider.System);
        DnsServer server = new(options, names.Database.Index, forwarder, TimeProvider.System, NullLogger.Instance);
        server.Start();
        return server;
    }

    private static async Task<byte[]> AskAsync(DnsServer server, byte[] query, bool isDatagram)
    {
        using CancellationTokenSource limit = new(Patience);
        using Socket socket = isDatagram
            ? new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
            : new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.LocalEndPoint, limit.Token);
        byte[] buffer = new byte[ushort.MaxValue];
        if (isDatagram)
        {
            await socket.SendAsync(query, limit.Token);
            return buffer[..await socket.ReceiveAsync(buffer.AsMemory(), limit.Token)];
        }

        using NetworkStream stream = new(socket);
        await stream.WriteAsync((byte[])[0, (byte)query.Length, .. query], limit.Token);
        await stream.ReadExactlyAsync(buffer.AsMemory(0, 2), limit.Token);
        int length = BinaryPrimitives.ReadUInt16BigEndian(buffer);
        await stream.ReadExactlyAsync(buffer.AsMemory(0, length), limit.Token);
        return buffer[..length];
    }
}
