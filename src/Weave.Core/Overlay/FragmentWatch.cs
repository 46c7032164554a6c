namespace Weave.Core.Overlay;

/// <summary>
/// Watches whether fragments that the kernel makes still arrive: with every heartbeat a small test that needs two. A test
/// that is lost counts only if other tests were answered meanwhile.
/// </summary>
/// <remarks>docs/wire/sleeve.md §6. To the other end the test is one of the path's size, so original peers answer it as well.</remarks>
internal sealed class FragmentWatch
{
    private const int Tests = 8;

    /// <summary>A device that takes more has nothing to fragment.</summary>
    private const int MaxUnderlayMtu = 59_000;

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(10);

    private int _sent;
    private bool _othersAnswered;
    private bool _ended;

    /// <summary>What the other end will say that it got; 0 when nothing is under test.</summary>
    internal int Size { get; private set; }

    internal TimeSpan? NextDeadline { get; private set; }

    /// <summary>Begins a test, unless one goes on.</summary>
    /// <param name="now">The present.</param>
    /// <param name="deviceMtu">What the device takes undivided; 0 when that is not known.</param>
    /// <returns>Send a test of <see cref="Size"/> on the channel that lets the kernel fragment.</returns>
    internal bool Start(TimeSpan now, int deviceMtu)
    {
        if (Size != 0 || _ended || deviceMtu is 0 or > MaxUnderlayMtu)
        {
            return false;
        }

        Size = deviceMtu; // more than fits, by all headers
        _sent = 0;
        _othersAnswered = false;
        return Again(now);
    }

    /// <summary>A test of some size was answered.</summary>
    /// <returns>It was ours: fragments arrive.</returns>
    internal bool OnAcknowledged(int size)
    {
        _othersAnswered = true;
        if (size != Size || size == 0)
        {
            return false;
        }

        Stop();
        return true;
    }

    /// <summary>Time passed.</summary>
    /// <param name="now">The present.</param>
    /// <param name="lost">Fragments do not arrive, while other tests do.</param>
    /// <returns>Send the test again.</returns>
    internal bool OnDeadline(TimeSpan now, out bool lost)
    {
        lost = false;
        if (NextDeadline is null || now < NextDeadline)
        {
            return false;
        }

        if (_sent < Tests)
        {
            return Again(now);
        }

        lost = _othersAnswered;
        Stop();
        return false;
    }

    /// <summary>Nothing will be answered any more.</summary>
    internal void End()
    {
        _ended = true;
        Stop();
    }

    private bool Again(TimeSpan now)
    {
        NextDeadline = now + (FirstWait * (1 << _sent));
        _sent++;
        return true;
    }

    private void Stop()
    {
        Size = 0;
        NextDeadline = null;
    }
}
