using Weave.Wire.Primitives;

namespace Weave.Core.Names;

/// <summary>
/// Names that were added by hand, and whether they may be answered now. Those of a container sleep while it is dead, and
/// wake when it runs and has its address again; a name must never lead to an address that somebody else may have by then.
/// </summary>
public sealed class ManualNames
{
    /// <summary>Ids that begin so are no containers: nothing dies, so their names never sleep.</summary>
    private const string NoContainer = "weave:";

    private readonly SortedDictionary<string, List<Kept>> _byContainer = new(StringComparer.Ordinal);

    private enum Sleep
    {
        Awake,

        /// <summary>We started, and do not know yet whether the container runs.</summary>
        UntilStarted,

        /// <summary>The container died; when it runs again it has to say which address it has.</summary>
        UntilAddressed,
    }

    /// <summary>All of them, sleeping ones included, in a fixed order.</summary>
    public IEnumerable<ManualName> All => _byContainer.Values.SelectMany(list => list).Select(kept => kept.Name);

    /// <summary>A name was added by hand. False when it was there already.</summary>
    public bool Add(ManualName name)
    {
        List<Kept> list = _byContainer.TryGetValue(name.Container, out List<Kept>? known)
            ? known
            : _byContainer[name.Container] = [];
        bool isNew = list.RemoveAll(kept => kept.Name == name) == 0;
        list.Add(new Kept(name, Sleep.Awake));
        return isNew;
    }

    /// <summary>Names were removed by hand; an omitted part matches anything.</summary>
    /// <returns>Those that are no longer kept.</returns>
    public IReadOnlyList<ManualName> Remove(string? container, string? hostname, Ipv4Address? address)
    {
        List<ManualName> removed = [.. All.Where(name =>
            (container is null || name.Container == container)
            && (hostname is null || name.Hostname == hostname)
            && (address is null || name.Address == address))];
        removed.ForEach(Drop);
        return removed;
    }

    /// <summary>What the last run of the router kept.</summary>
    /// <param name="stored">All of it.</param>
    /// <param name="containersAreTold">Somebody will tell which containers run. Otherwise all are taken to.</param>
    /// <returns>Those to be answered from now on.</returns>
    public IReadOnlyList<ManualName> Restore(IEnumerable<ManualName> stored, bool containersAreTold)
    {
        List<ManualName> awake = [];
        foreach (ManualName name in stored)
        {
            Add(name);
            if (containersAreTold && !name.Container.StartsWith(NoContainer, StringComparison.Ordinal))
            {
                _byContainer[name.Container][^1] = new Kept(name, Sleep.UntilStarted);
            }
            else
            {
                awake.Add(name);
            }
        }

        return awake;
    }

    /// <summary>The container runs. Wakes what slept only because we did not know that.</summary>
    public IReadOnlyList<ManualName> OnStarted(string container) => Wake(container, kept => kept.Sleep == Sleep.UntilStarted);

    /// <summary>
    /// The container has this address. Wakes its names for it; when all its names were for one other address, that is
    /// the one it had before, and they move.
    /// </summary>
    /// <returns>Those to be answered from now on, and those of them that are kept under another address than before.</returns>
    public (IReadOnlyList<ManualName> Awake, IReadOnlyList<ManualName> Outdated) OnAddressed(string container, Ipv4Address address)
    {
        List<ManualName> same = Wake(container, kept => kept.Sleep != Sleep.Awake && kept.Name.Address == address);
        if (same.Count > 0 || !_byContainer.TryGetValue(container, out List<Kept>? list)
            || !list.TrueForAll(kept => kept.Sleep == Sleep.UntilAddressed && kept.Name.Address == list[0].Name.Address))
        {
            return (same, []);
        }

        List<ManualName> outdated = [.. list.Select(kept => kept.Name)];
        _byContainer[container] = [.. outdated.Select(name => new Kept(name with { Address = address }, Sleep.Awake))];
        return ([.. _byContainer[container].Select(kept => kept.Name)], outdated);
    }

    /// <summary>The container died. Its names are kept for its next start.</summary>
    /// <param name="container">Which.</param>
    /// <param name="isNewer">Names of its next life already, which stay awake; none when omitted.</param>
    public void OnDied(string container, Predicate<ManualName>? isNewer = null)
    {
        if (_byContainer.TryGetValue(container, out List<Kept>? list) && !container.StartsWith(NoContainer, StringComparison.Ordinal))
        {
            _byContainer[container] = [.. list.Select(kept => isNewer?.Invoke(kept.Name) == true ? kept : kept with { Sleep = Sleep.UntilAddressed })];
        }
    }

    private List<ManualName> Wake(string container, Predicate<Kept> condition)
    {
        List<ManualName> awake = [];
        if (_byContainer.TryGetValue(container, out List<Kept>? list))
        {
            for (int i = 0; i < list.Count; i++)
            {
                if (condition(list[i]))
                {
                    list[i] = list[i] with { Sleep = Sleep.Awake };
                    awake.Add(list[i].Name);
                }
            }
        }

        return awake;
    }

    private void Drop(ManualName name)
    {
        List<Kept> list = _byContainer[name.Container];
        list.RemoveAll(kept => kept.Name == name);
        if (list.Count == 0)
        {
            _byContainer.Remove(name.Container);
        }
    }

    private sealed record Kept(ManualName Name, Sleep Sleep);
}
