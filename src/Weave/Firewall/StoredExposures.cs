using Weave.Core.Firewall;
using Weave.Linux.Firewall;
using Weave.Linux.Netlink;
using Weave.Persistence;
using Weave.Wire.Primitives;

namespace Weave.Firewall;

/// <summary>
/// Keeps what <c>weave expose</c> was asked for: the kernel forgets it with the bridge, and the allocator and the names
/// do not. Each bridge gets a mark of its own, by which a bridge that was made anew is told from one that lived on.
/// </summary>
internal sealed class StoredExposures(IStateStore store, ILinks links, string bridge)
{
    private const string MarkPrefix = "weave bridge ";

    private string _mark = "";

    /// <summary>What is stored, beside what is there, when the daemon starts.</summary>
    /// <param name="found">The bridge; null when there is none, or it cannot be seen.</param>
    /// <param name="exposures">What is on it.</param>
    internal ExposurePlan Begin(Link? found, IReadOnlyList<Exposure> exposures) =>
        ExposurePlan.From(Load(), exposures, found is null ? "" : MarkOf(found));

    /// <summary>The bridge may have been made anew since; then it is marked, and what is exposed belongs to it.</summary>
    /// <exception cref="IOException">The kernel or the disk refuses.</exception>
    internal void Follow(Link found, IReadOnlyList<Exposure> exposures)
    {
        if (MarkOf(found) != _mark || _mark.Length == 0) // at the start, too
        {
            Mark(found);
            store.Commit([.. exposures.Select(Change)]);
        }
    }

    /// <exception cref="FirewallException">The disk refuses.</exception>
    internal void Save(Exposure exposure) => Commit("stored", Change(exposure));

    /// <exception cref="FirewallException">The disk refuses.</exception>
    internal void Remove(Ipv4Cidr address) => Commit("forgotten", new(KeyOf(address), null));

    private List<KeyValuePair<Ipv4Cidr, StoredExposure>> Load()
    {
        List<KeyValuePair<Ipv4Cidr, StoredExposure>> found = [];
        foreach ((string text, StoredExposure how) in store.Under(StateKeys.Exposures, FirewallJson.Default.StoredExposure))
        {
            if (Ipv4Cidr.TryParse(text, out Ipv4Cidr address))
            {
                found.Add(new(address, how));
            }
        }

        return found;
    }

    private void Mark(Link found)
    {
        _mark = MarkOf(found);
        if (_mark.Length == 0)
        {
            _mark = Guid.NewGuid().ToString("N");
            links.Change(bridge, new LinkChange { Alias = MarkPrefix + _mark });
        }
    }

    private static string MarkOf(Link found) =>
        found.Alias.StartsWith(MarkPrefix, StringComparison.Ordinal) ? found.Alias[MarkPrefix.Length..] : "";

    private static string KeyOf(Ipv4Cidr address) => StateKeys.Exposures + address;

    private KeyValuePair<string, byte[]?> Change(Exposure exposure) =>
        StateStoreExtensions.Change(KeyOf(exposure.Address), new StoredExposure(exposure.Masquerade, _mark), FirewallJson.Default.StoredExposure);

    private void Commit(string what, KeyValuePair<string, byte[]?> change)
    {
        try
        {
            store.Commit([change]);
        }
        catch (IOException failure)
        {
            throw new FirewallException($"it cannot be {what}: {failure.Message}", failure);
        }
    }
}
