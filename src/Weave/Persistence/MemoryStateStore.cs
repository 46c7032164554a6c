namespace Weave.Persistence;

/// <summary>The values, without a disk below them. What the durable store keeps in memory, and enough for tests.</summary>
public sealed class MemoryStateStore : IStateStore
{
    private readonly SortedDictionary<string, byte[]> _values = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    public byte[]? Get(string key)
    {
        lock (_gate)
        {
            return _values.GetValueOrDefault(key);
        }
    }

    public IReadOnlyList<KeyValuePair<string, byte[]>> Under(string prefix)
    {
        lock (_gate)
        {
            return [.. _values.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal))];
        }
    }

    public void Commit(IReadOnlyList<KeyValuePair<string, byte[]?>> changes)
    {
        lock (_gate)
        {
            foreach ((string key, byte[]? value) in changes)
            {
                if (value is null)
                {
                    _values.Remove(key);
                }
                else
                {
                    _values[key] = value;
                }
            }
        }
    }
}
