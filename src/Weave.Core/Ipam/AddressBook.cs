using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <summary>Which owner on this host has which addresses.</summary>
public sealed class AddressBook
{
    private readonly SortedDictionary<string, OwnedAddresses> _byIdent = new(StringComparer.Ordinal);
    private readonly Dictionary<Ipv4Address, string> _byAddress = [];
    private readonly SortedSet<string> _changed = new(StringComparer.Ordinal);

    /// <summary>In ordinal order of the identifiers.</summary>
    public IReadOnlyDictionary<string, OwnedAddresses> Owned => _byIdent;

    public void Restore(IEnumerable<KeyValuePair<string, OwnedAddresses>> stored)
    {
        foreach ((string ident, OwnedAddresses owned) in stored)
        {
            _byIdent[ident] = owned;
            foreach (Ipv4Cidr cidr in owned.Cidrs)
            {
                _byAddress[cidr.Address] = ident;
            }
        }
    }

    /// <summary>The same of a record that is not kept: all of it is a change.</summary>
    public void Adopt(IReadOnlyDictionary<string, OwnedAddresses> stored)
    {
        Restore(stored);
        _changed.UnionWith(stored.Keys);
    }

    /// <summary>Who has it; null when nobody.</summary>
    public string? OwnerOf(Ipv4Address address) => _byAddress.GetValueOrDefault(address);

    public IReadOnlyList<Ipv4Cidr> Of(string ident) => _byIdent.TryGetValue(ident, out OwnedAddresses? owned) ? owned.Cidrs : [];

    public bool IsContainer(string ident) => _byIdent.TryGetValue(ident, out OwnedAddresses? owned) && owned.IsContainer;

    /// <summary>The addresses of <paramref name="ident"/> in <paramref name="range"/>, in the order in which they were given.</summary>
    public IEnumerable<Ipv4Cidr> In(string ident, Ipv4Range range) => Of(ident).Where(cidr => range.Contains(cidr.Address));

    public void Add(string ident, Ipv4Cidr cidr, bool isContainer, EngineUse engine = EngineUse.None)
    {
        _byIdent[ident] = new OwnedAddresses(isContainer, [.. Of(ident), cidr]) { Engine = engine };
        _byAddress[cidr.Address] = ident;
        _changed.Add(ident);
    }

    /// <summary>The engine says again what it has an address without an owner's name for; earlier records did not have that.</summary>
    public void NoteUse(string ident, Ipv4Address address, EngineUse engine)
    {
        if (ident == address.ToString() && _byIdent[ident] is var owned && owned.Engine < engine)
        {
            _byIdent[ident] = owned with { Engine = engine };
            _changed.Add(ident);
        }
    }

    public bool Remove(string ident, Ipv4Address address)
    {
        if (!_byIdent.TryGetValue(ident, out OwnedAddresses? owned) || !owned.Cidrs.Any(cidr => cidr.Address == address))
        {
            return false;
        }

        List<Ipv4Cidr> rest = [.. owned.Cidrs.Where(cidr => cidr.Address != address)];
        if (rest.Count == 0)
        {
            _byIdent.Remove(ident);
        }
        else
        {
            _byIdent[ident] = owned with { Cidrs = rest };
        }

        _byAddress.Remove(address);
        _changed.Add(ident);
        return true;
    }

    /// <summary>Forgets an owner; gives back what it had.</summary>
    public IReadOnlyList<Ipv4Cidr> RemoveAll(string ident)
    {
        IReadOnlyList<Ipv4Cidr> had = Of(ident);
        if (_byIdent.Remove(ident))
        {
            _changed.Add(ident);
        }

        foreach (Ipv4Cidr cidr in had)
        {
            _byAddress.Remove(cidr.Address);
        }

        return had;
    }

    /// <summary>They count as changed again: what <see cref="Drain"/> gave could not be stored.</summary>
    public void PutBack(IEnumerable<KeyValuePair<string, OwnedAddresses?>> drained) => _changed.UnionWith(drained.Select(pair => pair.Key));

    /// <summary>The owners that changed since the last call, each with what it has now; null for none.</summary>
    public IReadOnlyList<KeyValuePair<string, OwnedAddresses?>> Drain()
    {
        if (_changed.Count == 0)
        {
            return [];
        }

        List<KeyValuePair<string, OwnedAddresses?>> changes =
            [.. _changed.Select(ident => new KeyValuePair<string, OwnedAddresses?>(ident, _byIdent.GetValueOrDefault(ident)))];
        _changed.Clear();
        return changes;
    }
}
