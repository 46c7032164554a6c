namespace Weave.Core.Mesh;

/// <summary>Limits a rate: starts with <paramref name="burst"/> tokens and gains one per <paramref name="interval"/> up to that number.</summary>
public sealed class TokenBucket(int burst, TimeSpan interval)
{
    private TimeSpan _oldestUnspent = -(interval * burst);

    /// <summary>Takes a token.</summary>
    /// <returns>How long to wait before using it; zero when there was one.</returns>
    public TimeSpan Take(TimeSpan now)
    {
        TimeSpan full = now - (interval * burst);
        if (_oldestUnspent < full)
        {
            _oldestUnspent = full;
        }

        _oldestUnspent += interval;
        TimeSpan wait = _oldestUnspent - now;
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }
}
