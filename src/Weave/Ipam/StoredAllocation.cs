using Weave.Core.Ipam;
using Weave.Persistence;
using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Ipam;

/// <summary>The allocator's record in the state store: one key per token and per owner, so that a change writes little.</summary>
public sealed class StoredAllocation(IStateStore store, PeerName self) : IAllocationStore
{
    private readonly Dictionary<Ipv4Address, RingEntry> _entries = [];
    private RingState? _ring;

    public AllocationRecord? Load()
    {
        if (store.Get(StateKeys.PeerName, IpamJson.Default.String) is not { } name || !PeerName.TryParse(name, out PeerName peer))
        {
            return null;
        }

        Dictionary<string, OwnedAddresses> owned = [];
        foreach ((string ident, StoredAddresses addresses) in store.Under(StateKeys.OwnedAddresses, IpamJson.Default.StoredAddresses))
        {
            owned[ident] = new OwnedAddresses(addresses.IsContainer, [.. addresses.Cidrs.Select(Ipv4Cidr.Parse)]) { Engine = addresses.Engine };
        }

        RangeHold[] holds = [.. (store.Get(StateKeys.RingHolds, IpamJson.Default.StoredHoldArray) ?? [])
            .Select(hold => new RangeHold(Range(hold.Start, hold.End), [.. hold.WaitingFor.Select(PeerName.Parse)], Basis(hold)))];
        _ring = LoadRing(peer);
        return new AllocationRecord(peer, _ring, owned, holds);
    }

    public string? Commit(AllocationChange change)
    {
        List<KeyValuePair<string, byte[]?>> changes = [];
        if (change.StartOver)
        {
            Forget(changes);
        }

        changes.Add(StateStoreExtensions.Change(StateKeys.PeerName, self.ToString(), IpamJson.Default.String));
        if (change.Ring is { } ring)
        {
            Add(changes, ring);
        }

        foreach ((string ident, OwnedAddresses? owned) in change.Owned)
        {
            string key = StateKeys.OwnedAddresses + ident;
            changes.Add(owned is null
                ? new KeyValuePair<string, byte[]?>(key, null)
                : StateStoreExtensions.Change(
                    key, new StoredAddresses(owned.IsContainer, [.. owned.Cidrs.Select(cidr => cidr.ToString())], owned.Engine), IpamJson.Default.StoredAddresses));
        }

        if (change.Holds is { } holds)
        {
            StoredHold[] stored = [.. holds.Select(hold => new StoredHold(
                hold.Range.Start.ToString(), hold.Range.End.ToString(), [.. hold.WaitingFor.Select(peer => peer.ToString())],
                hold.Basis?.Token.ToString(), hold.Basis is { } basis ? new StoredEntry(basis.Peer.ToString(), basis.Version, basis.Free) : null))];
            changes.Add(StateStoreExtensions.Change(StateKeys.RingHolds, stored, IpamJson.Default.StoredHoldArray));
        }

        try
        {
            store.Commit(changes);
            return null;
        }
        catch (IOException refused)
        {
            _entries.Clear();
            _ring = LoadRing(self); // what is stored is what was before
            return refused.Message;
        }
    }

    private void Forget(List<KeyValuePair<string, byte[]?>> changes)
    {
        IEnumerable<string> keys = store.Under(StateKeys.RingEntries).Concat(store.Under(StateKeys.OwnedAddresses)).Select(pair => pair.Key);
        foreach (string key in keys.Append(StateKeys.Ring).Append(StateKeys.RingHolds))
        {
            changes.Add(new KeyValuePair<string, byte[]?>(key, null));
        }

        _entries.Clear();
        _ring = null;
    }

    private void Add(List<KeyValuePair<string, byte[]?>> changes, RingState ring)
    {
        if (_ring is null || _ring.Range != ring.Range || !_ring.Seeds.SequenceEqual(ring.Seeds))
        {
            StoredRing stored = new(ring.Range.Start.ToString(), ring.Range.End.ToString(), [.. ring.Seeds.Select(seed => seed.ToString())]);
            changes.Add(StateStoreExtensions.Change(StateKeys.Ring, stored, IpamJson.Default.StoredRing));
        }

        _ring = ring;
        foreach (RingEntry entry in ring.Entries)
        {
            if (!_entries.TryGetValue(entry.Token, out RingEntry known) || known != entry)
            {
                _entries[entry.Token] = entry;
                StoredEntry stored = new(entry.Peer.ToString(), entry.Version, entry.Free);
                changes.Add(StateStoreExtensions.Change(StateKeys.RingEntries + entry.Token, stored, IpamJson.Default.StoredEntry));
            }
        }

        RemoveGone(changes, ring);
    }

    // Tokens only vanish when another ring replaces ours.
    private void RemoveGone(List<KeyValuePair<string, byte[]?>> changes, RingState ring)
    {
        if (_entries.Count == ring.Entries.Count)
        {
            return;
        }

        foreach (Ipv4Address gone in _entries.Keys.Except(ring.Entries.Select(entry => entry.Token)).ToList())
        {
            _entries.Remove(gone);
            changes.Add(new KeyValuePair<string, byte[]?>(StateKeys.RingEntries + gone, null));
        }
    }

    private RingState? LoadRing(PeerName peer)
    {
        if (store.Get(StateKeys.Ring, IpamJson.Default.StoredRing) is not { } stored)
        {
            return null;
        }

        foreach ((string token, StoredEntry entry) in store.Under(StateKeys.RingEntries, IpamJson.Default.StoredEntry))
        {
            Ipv4Address address = Ipv4Address.Parse(token);
            _entries[address] = new RingEntry(address, PeerName.Parse(entry.Peer), entry.Version, entry.Free);
        }

        return new RingState(
            Range(stored.Start, stored.End), peer, [.. _entries.Values.OrderBy(entry => entry.Token)], [.. stored.Seeds.Select(PeerName.Parse)]);
    }

    private static RingEntry? Basis(StoredHold hold) => hold is { Token: { } token, Basis: { } basis }
        ? new RingEntry(Ipv4Address.Parse(token), PeerName.Parse(basis.Peer), basis.Version, basis.Free)
        : null;

    private static Ipv4Range Range(string start, string end) => new(Ipv4Address.Parse(start), Ipv4Address.Parse(end));
}
