namespace Weave.Status;

/// <summary>Who is still starting. Status answers 503 until nobody is.</summary>
public sealed class Readiness
{
    private int _pending;

    public bool IsReady => Volatile.Read(ref _pending) == 0;

    /// <summary>Holds readiness back until the result is disposed, once.</summary>
    public IDisposable Hold()
    {
        Interlocked.Increment(ref _pending);
        return new Pending(this);
    }

    private sealed class Pending(Readiness owner) : IDisposable
    {
        private Readiness? _owner = owner;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _owner, null) is { } held)
            {
                Interlocked.Decrement(ref held._pending);
            }
        }
    }
}
