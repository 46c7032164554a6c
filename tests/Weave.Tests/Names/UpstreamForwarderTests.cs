using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Weave.Names;
using Weave.Tests.Core.Names;
using Weave.Wire.Dns;

namespace Weave.Tests.Names;

public sealed class UpstreamForwarderTests : IDisposable
{
    private static readonly byte[] Query = DnsMessages.Query("example.com", DnsRecordType.Address, ednsSize: 4096);

    private readonly FakeTimeProvider _time = new();
    private readonly FakeUpstream _upstream = new();
    private readonly string _file = Path.GetTempFileName();
    private readonly UpstreamForwarder _forwarder;

    public UpstreamForwarderTests()
    {
        File.WriteAllText(_file, "nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n");
        _forwarder = new UpstreamForwarder(
            new ResolvConf(_file, _ => false, _time), _upstream, TimeSpan.FromSeconds(5), _time);
    }

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task The_answer_comes_back_untouched_but_for_the_id()
    {
        byte[] said = [0, 0, 0x81, 0xA0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
        Task<byte[]?> asked = _forwarder.AskAsync(Query, true, CancellationToken.None);
        FakeUpstream.Question question = await _upstream.NextAsync();
        Assert.Equal(Query.Skip(2), question.Request.Skip(2));
        question.Answer(said);
        byte[] expected = [.. Query[..2], .. said[2..]];
        Assert.Equal(expected, (IEnumerable<byte>)(await asked)!);
    }

    [Fact]
    public async Task A_server_that_refuses_is_passed_over_at_once()
    {
        Task<byte[]?> asked = _forwarder.AskAsync(Query, true, CancellationToken.None);
        (await _upstream.NextAsync()).Fail(new SocketException((int)SocketError.ConnectionRefused));
        FakeUpstream.Question second = await _upstream.NextAsync();
        Assert.Equal("192.0.2.2:53", second.Server.ToString());
        second.Answer(Reply(DnsResponseCode.NoError));
        Assert.NotNull(await asked);
    }

    [Fact]
    public async Task Two_silent_servers_cost_less_than_two_seconds()
    {
        Task<byte[]?> asked = _forwarder.AskAsync(Query, true, CancellationToken.None);
        await _upstream.NextAsync();
        _time.Advance(UpstreamForwarder.HeadStart);
        await _upstream.NextAsync();
        _time.Advance(UpstreamForwarder.HeadStart);
        (await _upstream.NextAsync()).Answer(Reply(DnsResponseCode.NoError));
        Assert.NotNull(await asked);
        Assert.True(2 * UpstreamForwarder.HeadStart < TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task A_slow_server_may_still_answer_while_the_next_is_asked()
    {
        Task<byte[]?> asked = _forwarder.AskAsync(Query, true, CancellationToken.None);
        FakeUpstream.Question slow = await _upstream.NextAsync();
        _time.Advance(UpstreamForwarder.HeadStart);
        await _upstream.NextAsync();
        slow.Answer(Reply(DnsResponseCode.NameError));
        Assert.Equal(3, (await asked)![3] & 15);
    }

    [Fact]
    public async Task A_server_that_fails_is_passed_over_and_its_answer_is_the_last_resort()
    {
        Task<byte[]?> asked = _forwarder.AskAsync(Query, true, CancellationToken.None);
        (await _upstream.NextAsync()).Answer(Reply(DnsResponseCode.Refused));
        (await _upstream.NextAsync()).Answer(Reply(DnsResponseCode.ServerFailure));
        (await _upstream.NextAsync()).Fail(new SocketException((int)SocketError.HostUnreachable));
        Assert.Equal((int)DnsResponseCode.Refused, (await asked)![3] & 15);
    }

    [Fact]
    public async Task Silence_of_all_ends_with_the_timeout_of_the_last()
    {
        Task<byte[]?> asked = _forwarder.AskAsync(Query, true, CancellationToken.None);
        for (int i = 0; i < 3; i++)
        {
            await _upstream.NextAsync();
            _time.Advance(UpstreamForwarder.HeadStart);
        }

        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(await asked);
    }

    [Fact]
    public async Task The_transport_is_that_of_the_client()
    {
        Task<byte[]?> asked = _forwarder.AskAsync(Query, false, CancellationToken.None);
        FakeUpstream.Question question = await _upstream.NextAsync();
        Assert.False(question.IsDatagram);
        question.Answer(Reply(DnsResponseCode.NoError));
        Assert.NotNull(await asked);
    }

    private static byte[] Reply(DnsResponseCode code)
    {
        byte[] reply = [.. Query];
        reply[2] |= 0x80;
        reply[3] = (byte)code;
        return reply;
    }

    private sealed class FakeUpstream : IUpstreamTransport
    {
        private readonly System.Threading.Channels.Channel<Question> _questions = System.Threading.Channels.Channel.CreateUnbounded<Question>();

        public Task<byte[]> AskByDatagramAsync(IPEndPoint server, ReadOnlyMemory<byte> request, CancellationToken cancel) =>
            AskAsync(server, request, true, cancel);

        public Task<byte[]> AskByStreamAsync(IPEndPoint server, ReadOnlyMemory<byte> request, CancellationToken cancel) =>
            AskAsync(server, request, false, cancel);

        internal ValueTask<Question> NextAsync() => _questions.Reader.ReadAsync();

        private Task<byte[]> AskAsync(IPEndPoint server, ReadOnlyMemory<byte> request, bool isDatagram, CancellationToken cancel)
        {
            Question question = new(server, request.ToArray(), isDatagram);
            cancel.Register(question.Cancel);
            _questions.Writer.TryWrite(question);
            return question.Answered;
        }

        internal sealed record Question(IPEndPoint Server, byte[] Request, bool IsDatagram)
        {
            private readonly TaskCompletionSource<byte[]> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

            internal Task<byte[]> Answered => _answer.Task;

            internal void Answer(byte[] answer) => _answer.SetResult([.. answer]);

            internal void Fail(Exception reason) => _answer.SetException(reason);

            internal void Cancel() => _answer.TrySetCanceled();
        }
    }
}
