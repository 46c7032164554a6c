using System.Collections.Concurrent;
using Weave.Wire.Primitives;

namespace Weave.Core.Overlay;

/// <summary>
/// At which peer each MAC address was last seen. Shared by the threads of the data plane: what is known is read and
/// refreshed without a lock and without allocating.
/// </summary>
/// <remarks>docs/wire/sleeve.md §8. Bounded: when full, new addresses are flooded to instead of learned.</remarks>
public sealed class MacTable
{
    /// <summary>Protocol 3.5: an address that is silent for this long is forgotten.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(10);

    private const int MaxEntries = 65536;

    private readonly ConcurrentDictionary<MacAddress, Entry> _entries = new();

    public int Count => _entries.Count;

    /// <summary>Where <paramref name="mac"/> is; false when nobody knows.</summary>
    public bool TryFind(MacAddress mac, out PeerName peer)
    {
        bool found = _entries.TryGetValue(mac, out Entry? entry);
        peer = found ? new PeerName(Volatile.Read(ref entry!.Peer)) : default;
        return found;
    }

    /// <summary>
    /// A frame of <paramref name="mac"/> left a container of ours (<paramref name="at"/> is us), or came from a peer. Nothing
    /// changes where the address crosses between us and others: whether it has moved, or this is an echo, is for the caller to say.
    /// </summary>
    /// <returns>False when the address is known on the other side: call <see cref="Move"/> if it has moved.</returns>
    public bool TryLearn(TimeSpan now, MacAddress mac, PeerName at, PeerName self)
    {
        if (!_entries.TryGetValue(mac, out Entry? entry))
        {
            Add(now, mac, at);
            return true;
        }

        ulong known = Volatile.Read(ref entry.Peer);
        if (known != at.Value)
        {
            if (known == self.Value || at == self)
            {
                return false;
            }

            Volatile.Write(ref entry.Peer, at.Value);
        }

        Refresh(now, entry);
        return true;
    }

    /// <summary><paramref name="mac"/> is at <paramref name="peer"/> now, wherever it was.</summary>
    public void Move(TimeSpan now, MacAddress mac, PeerName peer)
    {
        if (!_entries.TryGetValue(mac, out Entry? entry))
        {
            Add(now, mac, peer);
            return;
        }

        if (Volatile.Read(ref entry.Peer) != peer.Value)
        {
            Volatile.Write(ref entry.Peer, peer.Value);
        }

        Refresh(now, entry);
    }

    /// <summary>Forgets what was silent for <see cref="MaxAge"/>. To be called every minute.</summary>
    public void Expire(TimeSpan now)
    {
        foreach ((MacAddress mac, Entry entry) in _entries)
        {
            if (now.Ticks - Volatile.Read(ref entry.LastSeen) > MaxAge.Ticks)
            {
                _entries.TryRemove(new KeyValuePair<MacAddress, Entry>(mac, entry));
            }
        }
    }

    /// <summary>Forgets every address at <paramref name="peer"/>.</summary>
    public void Forget(PeerName peer)
    {
        foreach ((MacAddress mac, Entry entry) in _entries)
        {
            if (Volatile.Read(ref entry.Peer) == peer.Value)
            {
                _entries.TryRemove(new KeyValuePair<MacAddress, Entry>(mac, entry));
            }
        }
    }

    /// <summary>What is known, in ascending order, for reports.</summary>
    public IReadOnlyList<(MacAddress Mac, PeerName Peer, TimeSpan LastSeen)> List() =>
        [.. _entries.Select(pair => (pair.Key, new PeerName(pair.Value.Peer), new TimeSpan(pair.Value.LastSeen))).OrderBy(row => row.Key)];

    private void Add(TimeSpan now, MacAddress mac, PeerName peer)
    {
        // A group address is never a source; whoever sends that is broken or hostile.
        if (!mac.IsGroup && _entries.Count < MaxEntries)
        {
            _entries[mac] = new Entry { Peer = peer.Value, LastSeen = now.Ticks };
        }
    }

    private static void Refresh(TimeSpan now, Entry entry)
    {
        if (now.Ticks - Volatile.Read(ref entry.LastSeen) > MaxAge.Ticks / 10)
        {
            Volatile.Write(ref entry.LastSeen, now.Ticks);
        }
    }

    private sealed class Entry
    {
        internal ulong Peer;
        internal long LastSeen;
    }
}
