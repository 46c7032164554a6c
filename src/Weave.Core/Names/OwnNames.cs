using Weave.Wire.Names;

namespace Weave.Core.Names;

/// <summary>The live entries that this peer registered, by container: what a death has to find among all names of the network.</summary>
internal sealed class OwnNames
{
    private readonly SortedDictionary<string, SortedSet<NameEntry>> _byContainer = new(StringComparer.Ordinal);

    internal int Count { get; private set; }

    /// <summary>Of one container, or of all when <paramref name="container"/> is null, in a fixed order.</summary>
    internal IEnumerable<NameEntry> Of(string? container) =>
        container is null ? _byContainer.Values.SelectMany(entries => entries)
        : _byContainer.TryGetValue(container, out SortedSet<NameEntry>? entries) ? entries
        : [];

    /// <summary>Takes in a change of an own entry.</summary>
    internal void Set(NameEntry entry)
    {
        if (_byContainer.TryGetValue(entry.Container, out SortedSet<NameEntry>? entries))
        {
            Count -= entries.Remove(entry) ? 1 : 0;
        }

        if (entry.IsLive)
        {
            entries ??= _byContainer[entry.Container] = new SortedSet<NameEntry>(NameOrder.Wire);
            entries.Add(entry);
            Count++;
        }
        else if (entries is { Count: 0 })
        {
            _byContainer.Remove(entry.Container);
        }
    }
}
