using System.Net.Sockets;

namespace Weave.Plugin.Guard;

/// <summary>
/// Knows whether the router answers for one driver, and sends Docker to it or to us. A connection to the router is held
/// open: its end tells of the router's end at once, however that came about.
/// </summary>
internal sealed class RouterWatch(string path, RouterMemory memory, TimeProvider time)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly RouterExpectation _expectation = new(time, memory);
    private TaskCompletionSource _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);

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
                    await ReadToEndAsync(connection, stop).ConfigureAwait(false);
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

    private static async Task ReadToEndAsync(Socket connection, CancellationToken stop)
    {
        try
        {
            await connection.ReceiveAsync(new byte[1], stop).ConfigureAwait(false);
        }
        catch (Exception end) when (end is SocketException or OperationCanceledException)
        {
            // As good as an end of stream.
        }
    }
}
