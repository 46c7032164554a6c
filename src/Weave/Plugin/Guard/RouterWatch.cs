using System.Net.Sockets;
using System.Text;

namespace Weave.Plugin.Guard;

/// <summary>
/// Knows whether the router answers for one driver, and sends Docker to it or to us. A connection to the router is held
/// open: its end tells of the router's end at once, however that came about. A router that is frozen (<c>docker pause</c>)
/// holds its end open and says nothing: it is asked for a sign of life, and Docker sent to us until there is one.
/// </summary>
internal sealed class RouterWatch(string path, RouterMemory memory, TimeProvider time)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>A router that is only slow is not lost by this: we ask it for each call as long as Docker is sent to us.</summary>
    private static readonly TimeSpan Suspicion = TimeSpan.FromMilliseconds(300);

    private static readonly byte[] Question = Encoding.ASCII.GetBytes("GET /alive HTTP/1.1\r\nHost: router\r\n\r\n");

    private readonly Lock _gate = new();
    private readonly RouterExpectation _expectation = new(time, memory);
    private TaskCompletionSource _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _silence; // completed by the next sign of life

    /// <summary>Called when a silent router gives a sign of life, before Docker is sent to it.</summary>
    internal Func<CancellationToken, Task> Woke { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Called when the router has ended.</summary>
    internal Action Gone { get; set; } = static () => { };

    /// <summary>As far as we know.</summary>
    internal bool IsThere
    {
        get
        {
            lock (_gate)
            {
                return _arrival.Task.IsCompleted;
            }
        }
    }

    /// <summary>It is there, and does not answer.</summary>
    internal bool IsSilent
    {
        get
        {
            lock (_gate)
            {
                return _silence is not null;
            }
        }
    }

    private string RouterSocket => DriverSockets.Own(path, DriverSockets.Router);

    internal async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (TryConnect() is { } connection)
            {
                using (connection)
                {
                    Arrived();
                    await FollowAsync(connection, stop).ConfigureAwait(false);
                }

                if (!stop.IsCancellationRequested && TryConnect() is { } again)
                {
                    again.Dispose(); // it only tired of a silent connection
                    continue;
                }

                Left();
            }

            Missing();
            if (!DriverSockets.PointsTo(path, DriverSockets.Guard))
            {
                DriverSockets.PointTo(path, DriverSockets.Guard);
            }

            await Task.Delay(LookEvery, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Waits for the router for as long as it may be on its way.</summary>
    /// <returns>It is there.</returns>
    internal async Task<bool> WaitAsync(CancellationToken cancel)
    {
        Task arrival;
        TimeSpan patience;
        lock (_gate)
        {
            arrival = _arrival.Task;
            patience = _expectation.Patience;
        }

        if (!arrival.IsCompleted && patience > TimeSpan.Zero)
        {
            await arrival.WaitAsync(patience, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return arrival.IsCompleted;
    }

    /// <summary>Waits for a sign of life of a router that is silent, for as long as Docker may be kept waiting.</summary>
    /// <returns>It gave one, or was not silent.</returns>
    internal async Task<bool> WaitForSignAsync(CancellationToken cancel)
    {
        Task? sign;
        lock (_gate)
        {
            sign = _silence?.Task;
        }

        if (sign is null)
        {
            return true;
        }

        await sign.WaitAsync(RouterExpectation.CallPatience, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return sign.IsCompleted;
    }

    /// <summary>A connection to the router; throws when it is not there.</summary>
    internal async ValueTask<Stream> ConnectAsync(CancellationToken cancel)
    {
        Socket connection = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(RouterSocket), cancel).ConfigureAwait(false);
            return new NetworkStream(connection, ownsSocket: true);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void Arrived()
    {
        if (!DriverSockets.PointsTo(path, DriverSockets.Router))
        {
            DriverSockets.PointTo(path, DriverSockets.Router);
        }

        lock (_gate)
        {
            _expectation.Arrived();
            _arrival.TrySetResult();
        }
    }

    private void Left()
    {
        Gone();
        bool orderly = DriverSockets.PointsTo(path, DriverSockets.Guard); // then it sends Docker to us by itself
        lock (_gate)
        {
            _arrival = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _expectation.Left(orderly);
        }
    }

    private void Missing()
    {
        lock (_gate)
        {
            _expectation.Missing();
        }
    }

    private Socket? TryConnect()
    {
        try
        {
            return DriverSockets.Connect(RouterSocket);
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>Asks for signs of life until the connection ends.</summary>
    private async Task FollowAsync(Socket connection, CancellationToken stop)
    {
        byte[] answer = new byte[4096];
        try
        {
            while (true)
            {
                await connection.SendAsync(Question, stop).ConfigureAwait(false);
                Task<int> sign = connection.ReceiveAsync(answer, stop).AsTask();
                await ((Task)sign).WaitAsync(Suspicion, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!sign.IsCompleted)
                {
                    Silent();
                }

                if (await sign.ConfigureAwait(false) == 0)
                {
                    return;
                }

                await SpokeAsync(stop).ConfigureAwait(false);
                await Task.Delay(AskEvery, time, stop).ConfigureAwait(false);
            }
        }
        catch (Exception end) when (end is SocketException or OperationCanceledException)
        {
            // As good as an end of stream.
        }
        finally
        {
            lock (_gate)
            {
                _silence = null;
            }
        }
    }

    private void Silent()
    {
        lock (_gate)
        {
            _silence = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        DriverSockets.PointTo(path, DriverSockets.Guard);
    }

    private async Task SpokeAsync(CancellationToken stop)
    {
        if (!IsSilent)
        {
            return;
        }

        await Woke(stop).ConfigureAwait(false);
        TaskCompletionSource? silence;
        lock (_gate)
        {
            silence = _silence;
            _silence = null;
        }

        DriverSockets.PointTo(path, DriverSockets.Router);
        silence?.TrySetResult();
    }
}
