using Weave.Core.Names;
using Weave.Persistence;
using Weave.Wire.Primitives;

namespace Weave.Names;

/// <summary>Keeps what was added by hand in the state store, one key each.</summary>
internal sealed class NameStore(IStateStore store)
{
    private const string AliasKey = "=";

    internal (List<ManualName> Names, List<NameAlias> Aliases) Load()
    {
        List<ManualName> names = [];
        List<NameAlias> aliases = [];
        foreach ((_, StoredName stored) in store.Under(StateKeys.Names, NamesJson.Default.StoredName))
        {
            if (stored.Target is { } target)
            {
                aliases.Add(new NameAlias(stored.Hostname, target));
            }
            else if (stored.Container is { } container && Ipv4Address.TryParse(stored.Address, out Ipv4Address address))
            {
                names.Add(new ManualName(container, stored.Hostname, address));
            }
        }

        return (names, aliases);
    }

    internal void Save(IEnumerable<ManualName> added, IEnumerable<ManualName> removed) => Commit(
        [
            .. removed.Select(name => new KeyValuePair<string, byte[]?>(KeyOf(name), null)),
            .. added.Select(name => StateStoreExtensions.Change(
                KeyOf(name), new StoredName(name.Hostname, name.Container, name.Address.ToString()), NamesJson.Default.StoredName)),
        ]);

    internal void Save(NameAlias alias) =>
        Commit([StateStoreExtensions.Change(KeyOf(alias), new StoredName(alias.Hostname, Target: alias.Target), NamesJson.Default.StoredName)]);

    internal void Remove(NameAlias alias) => Commit([new KeyValuePair<string, byte[]?>(KeyOf(alias), null)]);

    private static string KeyOf(ManualName name) => $"{StateKeys.Names}{name.Container}/{name.Address}/{name.Hostname}";

    private static string KeyOf(NameAlias alias) => $"{StateKeys.Names}{AliasKey}/{alias.Target}/{alias.Hostname}";

    // A name that cannot be stored now still works, which is what whoever adds it needs most.
    private void Commit(List<KeyValuePair<string, byte[]?>> changes)
    {
        if (changes.Count > 0)
        {
            store.CommitSoon(changes);
        }
    }
}
