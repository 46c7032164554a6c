using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weave.Docker.Model;

namespace Weave.Docker;

/// <summary>
/// Follows Docker's events and tells the observers. 1. Subscribe. 2. List what is there, and tell what was missed.
/// 3. Pass on events until dockerd goes away. 4. Wait a little longer each time, and begin again.
/// </summary>
internal sealed class ContainerWatch(DockerClient docker, IEnumerable<IContainerObserver> observers, TimeProvider time, ILogger<ContainerWatch> logger)
    : BackgroundService
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan PidPoll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PidPatience = TimeSpan.FromMinutes(2);

    private readonly IContainerObserver[] _observers = [.. observers];

    /// <summary>Containers that the observers believe to run.</summary>
    private readonly HashSet<string> _running = new(StringComparer.Ordinal);

    /// <summary>Started, but without a process yet; the token ends the waiting for it.</summary>
    private readonly Dictionary<string, CancellationTokenSource> _starting = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        TimeSpan delay = FirstDelay;
        while (!stoppingToken.IsCancellationRequested)
        {
            long started = time.GetTimestamp();
            string reason = await FollowAsync(stoppingToken).ConfigureAwait(false);
            if (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            delay = time.GetElapsedTime(started) > delay ? FirstDelay : TimeSpan.FromTicks(Math.Min(delay.Ticks * 3 / 2, LongestDelay.Ticks));
            logger.EventsLost(reason, delay);
            await Task.Delay(delay, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>Why it ended.</returns>
    private async Task<string> FollowAsync(CancellationToken stop)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Channel<Step> steps = Channel.CreateUnbounded<Step>(new UnboundedChannelOptions { SingleReader = true });
        Task reading = ReadAsync(steps.Writer, end.Token);
        try
        {
            await foreach (Step step in steps.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                switch (step)
                {
                    case Step.Subscribed:
                        await CatchUpAsync(end.Token).ConfigureAwait(false);
                        break;
                    case Step.Happened { Event: var happened, HeardAt: var heardAt }:
                        OnEvent(happened, heardAt, steps.Writer, end.Token);
                        break;
                    case Step.HasProcess { Container: var container, Cancel: var token } when !token.IsCancellationRequested:
                        _starting.Remove(container);
                        Started(container);
                        break;
                    case Step.Ended { Reason: var reason }:
                        return reason;
                }
            }

            return "";
        }
        catch (Exception failure) when (failure is DockerException or OperationCanceledException)
        {
            return failure.Message;
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(false);
            _starting.Clear();
        }
    }

    private async Task ReadAsync(ChannelWriter<Step> steps, CancellationToken cancel)
    {
        string reason = "Docker ended the stream";
        try
        {
            await foreach (ContainerEvent happened in docker.Events.ContainersAsync(() => steps.TryWrite(new Step.Subscribed()), cancel).ConfigureAwait(false))
            {
                steps.TryWrite(new Step.Happened(happened, time.GetTimestamp()));
            }
        }
        catch (Exception failure) when (failure is DockerException or IOException or HttpRequestException or System.Text.Json.JsonException or OperationCanceledException)
        {
            reason = failure.Message;
        }

        steps.TryWrite(new Step.Ended(reason));
    }

    /// <summary>What happened while nobody listened. Events that come meanwhile wait in the mailbox, and repeating one does no harm.</summary>
    private async Task CatchUpAsync(CancellationToken cancel)
    {
        ContainerCensus census = await ContainerCensus.TakeAsync(docker, time, cancel).ConfigureAwait(false);
        foreach (string gone in _running.Except(census.Running).ToList())
        {
            Died(gone, census.AskedAt);
            if (!census.Existing.Contains(gone))
            {
                Tell(observer => observer.OnContainerDestroyed(gone));
            }
        }

        Tell(observer => observer.OnContainersListed(census));
        foreach (string container in census.Running)
        {
            Started(container);
        }
    }

    private void OnEvent(ContainerEvent happened, long heardAt, ChannelWriter<Step> steps, CancellationToken cancel)
    {
        string container = happened.Actor!.ID!;
        if (happened.Action == ContainerEvent.Changed)
        {
            if (_running.Contains(container)) // one that has just begun is looked at when it runs
            {
                Tell(observer => observer.OnContainerChanged(container));
            }

            return;
        }

        if (_starting.Remove(container, out CancellationTokenSource? waiting))
        {
            waiting.Cancel();
        }

        switch (happened.Action)
        {
            case "start":
                CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                _starting[container] = source;
                _ = WaitForProcessAsync(container, steps, source.Token);
                break;
            case "die":
                Died(container, heardAt);
                break;
            case "destroy":
                _running.Remove(container);
                Tell(observer => observer.OnContainerDestroyed(container));
                break;
        }
    }

    /// <summary>Docker says "start" before there is a process. Reported in the end even if none was seen: it may have lived shorter than our look.</summary>
    private async Task WaitForProcessAsync(string container, ChannelWriter<Step> steps, CancellationToken cancel)
    {
        long started = time.GetTimestamp();
        try
        {
            while (time.GetElapsedTime(started) < PidPatience
                && await docker.Containers.InspectAsync(container, cancel).ConfigureAwait(false) is { State.Pid: 0 })
            {
                await Task.Delay(PidPoll, time, cancel).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (failure is DockerException or OperationCanceledException)
        {
            logger.ContainerNotSeen(container, failure.Message);
        }

        steps.TryWrite(new Step.HasProcess(container, cancel));
    }

    private void Started(string container)
    {
        _running.Add(container);
        Tell(observer => observer.OnContainerStarted(container));
    }

    private void Died(string container, long heardAt)
    {
        _running.Remove(container);
        Tell(observer => observer.OnContainerDied(container, heardAt));
    }

    private void Tell(Action<IContainerObserver> what) => Array.ForEach(_observers, what);

    private abstract record Step
    {
        private Step()
        {
        }

        internal sealed record Subscribed : Step;

        internal sealed record Happened(ContainerEvent Event, long HeardAt) : Step;

        internal sealed record HasProcess(string Container, CancellationToken Cancel) : Step;

        internal sealed record Ended(string Reason) : Step;
    }
}
