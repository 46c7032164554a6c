using System.Collections.Concurrent;

namespace Weave.Plugin;

/// <summary>
/// Pools of networks that Docker is just making. The addresses that it asks for by name now are the network's own, set
/// aside with <c>--aux-address</c>; later they are those of containers (<c>--ip</c>). The calls look alike.
/// </summary>
internal sealed class PoolsInTheMaking(TimeProvider time)
{
    /// <summary>Docker asks for all of them at once; and who makes networks for other drivers does not tell us when it is done.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, long> _begun = new(StringComparer.Ordinal);

    internal void Begin(string pool) => _begun[pool] = time.GetTimestamp();

    /// <summary>A network of <paramref name="subnet"/> is there.</summary>
    internal void End(string subnet)
    {
        foreach (string pool in _begun.Keys.Where(pool => pool.StartsWith($"weave-{subnet}-", StringComparison.Ordinal)))
        {
            _begun.TryRemove(pool, out _);
        }
    }

    internal bool Contains(string pool)
    {
        if (_begun.TryGetValue(pool, out long begun) && time.GetElapsedTime(begun) < Longest)
        {
            return true;
        }

        _begun.TryRemove(pool, out _);
        return false;
    }
}
