using Weave.Core.Primitives;
using Weave.Wire.Dns;
using Weave.Wire.Names;
using Weave.Wire.Primitives;

namespace Weave.Core.Names;

/// <summary>
/// Names that follow other names, anywhere on the network. The peer that was told of an alias registers it for every
/// address that its target has, and goes on doing so as they change: to all others, original peers included, it is a name.
/// </summary>
/// <remarks>An alias does not follow an alias, so none can feed itself. docs/wire/names.md §6.</remarks>
public sealed class NameAliases(NameDatabase database)
{
    /// <summary>What stands in place of a container; the target follows.</summary>
    public const string Owner = "weave:alias:";

    private readonly SortedDictionary<(string Hostname, string Target), NameAlias> _aliases = [];
    private long _generation = -1;

    public IEnumerable<NameAlias> All => _aliases.Values;

    /// <summary>False when it was there already.</summary>
    public bool Add(NameAlias alias)
    {
        _generation = -1;
        return _aliases.TryAdd((alias.Hostname, alias.Target), alias);
    }

    /// <summary>False when there was none.</summary>
    public bool Remove(Moment now, NameAlias alias)
    {
        bool removed = _aliases.Remove((alias.Hostname, alias.Target));
        database.Delete(now, Owner + alias.Target, alias.Hostname, null);
        return removed;
    }

    /// <summary>Makes every alias lead where its target does. To be called after anything that may have changed the database.</summary>
    public void Follow(Moment now)
    {
        // Registering changes the database, too; the second round finds nothing to do.
        while (_aliases.Count > 0 && _generation != database.Generation)
        {
            _generation = database.Generation;
            foreach (NameAlias alias in _aliases.Values)
            {
                Follow(now, alias);
            }
        }
    }

    private void Follow(Moment now, NameAlias alias)
    {
        SortedSet<Ipv4Address> wanted = [.. AddressesOf(alias.Target)];
        SortedSet<Ipv4Address> had = [.. database.OwnOf(Owner + alias.Target)
            .Where(entry => entry.Hostname == alias.Hostname).Select(entry => entry.Address)];
        foreach (Ipv4Address gone in had.Except(wanted))
        {
            database.Delete(now, Owner + alias.Target, alias.Hostname, gone);
        }

        foreach (Ipv4Address added in wanted.Except(had))
        {
            database.Register(now, Owner + alias.Target, alias.Hostname, added);
        }
    }

    private IEnumerable<Ipv4Address> AddressesOf(string hostname)
    {
        Span<byte> name = stackalloc byte[DnsName.MaxSize];
        if (!DnsName.TryParse(hostname, name, out int length))
        {
            return [];
        }

        DnsName.ToLower(name[..length], name);
        NameGroup? group = database.Index.Find(name[..length]);
        return group is null ? [] : group.Entries
            .Where(entry => !entry.Container.StartsWith(Owner, StringComparison.Ordinal)).Select(entry => entry.Address);
    }
}
