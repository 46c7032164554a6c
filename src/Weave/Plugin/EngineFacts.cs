namespace Weave.Plugin;

/// <summary>What we learned of Docker when it did not wait for us.</summary>
internal sealed class EngineFacts
{
    /// <summary>The first version of the API without cluster stores (Engine 23).</summary>
    private static readonly Version FirstWithoutStore = new(1, 42);

    private volatile bool _withoutStore;

    /// <summary>
    /// This Docker accepts a network of global scope and keeps it to itself: each host gives out the same addresses.
    /// Older ones make such a network only with a cluster store. False until we know.
    /// </summary>
    internal bool WithoutStore => _withoutStore;

    /// <param name="apiVersion">The newest that it speaks, such as <c>1.41</c>.</param>
    internal void Learn(string apiVersion) =>
        _withoutStore = Version.TryParse(apiVersion, out Version? version) && version >= FirstWithoutStore;
}
