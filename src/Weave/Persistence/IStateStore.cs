namespace Weave.Persistence;

/// <summary>What survives a restart: small JSON values by key. Safe from any thread.</summary>
/// <remarks>
/// Everything is in memory; only <see cref="Commit"/> touches the disk. Keys in use are in <see cref="StateKeys"/>. Typed
/// access: <see cref="StateStoreExtensions"/>.
/// </remarks>
public interface IStateStore
{
    /// <summary>The value as UTF-8 JSON; null when there is none. Not to be changed.</summary>
    byte[]? Get(string key);

    /// <summary>All whose key begins with <paramref name="prefix"/>, in ordinal order of key.</summary>
    IReadOnlyList<KeyValuePair<string, byte[]>> Under(string prefix);

    /// <summary>
    /// Makes all changes, or none, durable before it returns: one write and one fsync. A null value removes the key.
    /// </summary>
    /// <param name="changes">Values are UTF-8 JSON without line breaks.</param>
    /// <exception cref="IOException">The disk refused; nothing changed.</exception>
    void Commit(IReadOnlyList<KeyValuePair<string, byte[]?>> changes);

    /// <summary>
    /// Makes all changes at once, and durable as soon as the disk takes them: for what is true whether it can be stored or not,
    /// and what a crash until then may undo.
    /// </summary>
    void CommitSoon(IReadOnlyList<KeyValuePair<string, byte[]?>> changes) => Commit(changes);
}
