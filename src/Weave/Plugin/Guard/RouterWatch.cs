using System.Net.Sockets;

namespace Weave.Plugin.Guard;

/// <summary>
/// Knows whether the router answers for one driver, and sends Docker to it or to us. A connection to the router is held
/// open: its end tells of the router's end at once, however that came about.
/// </summary>
internal sealed class RouterWatch(string path, TimeProvider time)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>After our own start: Docker may be starting its containers, and the router is one of them.</summary>
    private static readonly TimeSpan BootPatience = TimeSpan.FromSeconds(15);

    /// <summary>After the router vanished: Docker starts it again, in a second or so, or never. Users are told within 5 s, Docker's own work included.</summary>
    private static readonly TimeSpan RestartPatience = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly TimeSpan _bootUntil = Now(time) + BootPatience;
    private TimeSpan _expectedUntil = Now(time) + BootPatience;
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
            patience = _expectedUntil - Now(time);
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
            _arrival.TrySetResult();
        }
    }

    private void Left()
    {
        // An orderly end sends Docker to us by itself: then nobody is expected back, unless dockerd has just begun, found
        // containers of its predecessor, and ends them to start them again. A router that was killed is back soon or never.
        bool orderly = DriverSockets.PointsTo(path, DriverSockets.Guard);
        lock (_gate)
        {
            _arrival = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _expectedUntil = orderly ? _bootUntil : Now(time) + RestartPatience;
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

    private static TimeSpan Now(TimeProvider time) => time.GetElapsedTime(0);
}
