using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Weave.Daemon;
using Weave.Linux.Interop;
using Weave.Logging;
using Weave.Status;

namespace Weave.Tests.Daemon;

/// <summary>What happens when a loop, a thread or a task ends on which the daemon depends.</summary>
public sealed class EssentialsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly StringWriter _log = new();
    private readonly List<int> _exits = [];
    private readonly ProblemBoard _board;
    private readonly Essentials _essentials;

    public EssentialsTests()
    {
        using StandardErrorLoggerProvider provider = new(LogLevel.Information, json: false, _log, TimeProvider.System);
        _board = new ProblemBoard(new FakeTimeProvider(), NullLogger<ProblemBoard>.Instance); // its clock stands: what it shows does not grow old
        using LoggerFactory loggers = new([provider]);
        _essentials = new Essentials(_board, _time, loggers.CreateLogger<Essentials>(), _exits.Add);
    }

    [Fact]
    public async Task A_service_with_a_defect_ends_the_process_with_the_reason_as_the_last_line()
    {
        using Service service = new(new InvalidOperationException("ring has no entries"));
        await service.StartAsync(CancellationToken.None);
        await _essentials.WatchAsync(service, CancellationToken.None);
        Assert.Equal([1], _exits);
        Assert.EndsWith("the router ends, since Service has ended: InvalidOperationException: ring has no entries", LastLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_with_a_defect_ends_the_process()
    {
        await _essentials.WatchAsync("the acceptor", Task.FromException(new FormatException("no")), CancellationToken.None);
        Assert.Equal([1], _exits);
        Assert.EndsWith("the router ends, since the acceptor has ended: FormatException: no", LastLine, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_first_death_is_told()
    {
        _essentials.Died("a", new FormatException("first"));
        _essentials.Died("b", new FormatException("second"));
        Assert.Equal([1], _exits);
        Assert.EndsWith("first", LastLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_ends_while_the_daemon_stops_is_no_news()
    {
        using CancellationTokenSource stopping = new();
        await stopping.CancelAsync();
        await _essentials.WatchAsync("the acceptor", Task.FromException(new ObjectDisposedException("socket")), stopping.Token);
        Assert.Empty(_exits);
        Assert.Empty(_log.ToString());
    }

    public static TheoryData<Exception> Shortages { get; } = new()
    {
        new SocketException((int)SocketError.TooManyOpenSockets),
        new IOException("Too many open files", 24),
        new OutOfMemoryException("no thread can be started"),
        new KernelException("open a netlink socket", 24),
        new System.ComponentModel.Win32Exception(11, "fork"),
        new HttpRequestException("dial", new SocketException((int)SocketError.TooManyOpenSockets)),
    };

    [Theory]
    [MemberData(nameof(Shortages))]
    public async Task What_ended_for_want_of_something_is_started_again(Exception shortage)
    {
        using CancellationTokenSource stopping = new();
        using Service service = new(shortage);
        await service.StartAsync(CancellationToken.None);
        Task watching = _essentials.WatchAsync(service, stopping.Token);
        while (!service.StartedTwice.Task.IsCompleted)
        {
            _time.Advance(Essentials.Pause);
            await Task.Yield();
        }

        Assert.Empty(_exits);
        Assert.Contains("Service ended for want of something", Assert.Single(_board.Texts()), StringComparison.Ordinal);
        await stopping.CancelAsync();
        await service.StopAsync(CancellationToken.None);
        await watching;
    }

    private string LastLine => _log.ToString().TrimEnd('\n').Split('\n')[^1];

    /// <summary>Fails the first time.</summary>
    private sealed class Service(Exception failure) : BackgroundService
    {
        private int _starts;

        internal TaskCompletionSource StartedTwice { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            if (++_starts == 1)
            {
                throw failure;
            }

            StartedTwice.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, stoppingToken);
        }
    }
}
