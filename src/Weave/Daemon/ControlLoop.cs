using System.Threading.Channels;
using Weave.Core.Primitives;

namespace Weave.Daemon;

/// <summary>
/// The one loop in which all control state lives: mesh router, allocator, name database. Work is posted from
/// sockets, HTTP handlers and timers, and runs one piece at a time, so machines need no locks.
/// </summary>
/// <remarks>A full mailbox makes callers wait: control traffic is never dropped.</remarks>
public sealed class ControlLoop(TimeProvider time)
{
    private const int MailboxSize = 4096;

    private readonly Channel<Action> _mailbox =
        Channel.CreateBounded<Action>(new BoundedChannelOptions(MailboxSize) { SingleReader = true });

    private readonly long _started = time.GetTimestamp();
    private readonly List<Action> _afterEach = [];
    private readonly List<Action> _atEnd = [];

    /// <summary>The present, for the machines.</summary>
    public Moment Now => new(time.GetElapsedTime(_started), time.GetUtcNow().ToUnixTimeSeconds());

    /// <summary>The moment of a time stamp of the same clock, as <see cref="Now"/> counts.</summary>
    public TimeSpan At(long timestamp) => time.GetElapsedTime(_started, timestamp);

    /// <summary>Runs <paramref name="step"/> after each piece of work: drain effects, rearm a timer. Register before <see cref="RunAsync"/>.</summary>
    public void AfterEach(Action step) => _afterEach.Add(step);

    /// <summary>
    /// Runs <paramref name="step"/> after all of <see cref="AfterEach"/>: what takes their outcome to the kernel. In their
    /// midst it would see what a later one changes only after the next piece of work, which may be long in coming.
    /// </summary>
    public void AtEnd(Action step) => _atEnd.Add(step);

    /// <summary>Queues work. Completes when there is room, which is not when the work is done.</summary>
    public ValueTask PostAsync(Action work, CancellationToken cancel = default) => _mailbox.Writer.WriteAsync(work, cancel);

    /// <summary>Queues work if there is room right now. For callers that may drop.</summary>
    public bool TryPost(Action work) => _mailbox.Writer.TryWrite(work);

    /// <summary>Runs <paramref name="question"/> in the loop and gives its answer.</summary>
    public async Task<T> AskAsync<T>(Func<T> question, CancellationToken cancel = default)
    {
        TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await PostAsync(
            () =>
            {
                try
                {
                    answer.TrySetResult(question());
                }
                catch (Exception failure)
                {
                    answer.TrySetException(failure);
                    throw;
                }
            },
            cancel).ConfigureAwait(false);
        return await answer.Task.WaitAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Runs until cancelled. An exception from work is a defect in ours and ends the loop, and with it the process.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        await foreach (Action work in _mailbox.Reader.ReadAllAsync(cancel).ConfigureAwait(false))
        {
            work();
            _afterEach.ForEach(static step => step());
            _atEnd.ForEach(static step => step());
        }
    }
}
