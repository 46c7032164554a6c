using Weave.Wire.Names;

namespace Weave.Core.Names;

/// <summary>
/// A hash table of <see cref="NameGroup"/>s with one writer and any number of readers, who take no lock: every chain is
/// immutable, and a change publishes a new chain for its bucket, or a new array of buckets when it grows.
/// </summary>
/// <param name="hashOf">Hash of the property by which entries are grouped.</param>
/// <param name="sameGroup">Two entries belong together.</param>
internal sealed class NameGroupTable(Func<NameEntry, int> hashOf, Func<NameEntry, NameEntry, bool> sameGroup)
{
    private const int SmallestSize = 64;

    private NameGroup?[] _buckets = new NameGroup?[SmallestSize];

    /// <summary>Number of groups. Writer only.</summary>
    internal int Count { get; private set; }

    /// <summary>Where a group of this hash would be; walk it by <see cref="NameGroup.Next"/>.</summary>
    internal NameGroup? Bucket(int hash)
    {
        NameGroup?[] buckets = Volatile.Read(ref _buckets);
        return Volatile.Read(ref buckets[hash & (buckets.Length - 1)]);
    }

    /// <summary>Adds an entry or replaces the one of the same key. Writer only.</summary>
    internal void Set(NameEntry entry)
    {
        int hash = hashOf(entry);
        NameGroup? old = Find(hash, entry);
        if (old is null)
        {
            Count++;
            Grow();
            NameGroup? head = Bucket(hash);
            Publish(hash, NameGroup.Of(hash, entry, head));
        }
        else
        {
            Publish(hash, Replace(Bucket(hash)!, old, old.With(entry)));
        }
    }

    /// <summary>Removes the entry of the same key, if it is there. Writer only.</summary>
    internal void Remove(NameEntry entry)
    {
        int hash = hashOf(entry);
        NameGroup? old = Find(hash, entry);
        if (old is null)
        {
            return;
        }

        NameGroup? smaller = old.Without(entry);
        Count -= smaller is null ? 1 : 0;
        Publish(hash, Replace(Bucket(hash)!, old, smaller));
    }

    private NameGroup? Find(int hash, NameEntry entry)
    {
        NameGroup? group = Bucket(hash);
        while (group is not null && !(group.Hash == hash && sameGroup(group.First, entry)))
        {
            group = group.Next;
        }

        return group;
    }

    // Chains are one or two long, so copying what is in front of the change costs nothing.
    private static NameGroup? Replace(NameGroup chain, NameGroup old, NameGroup? replacement)
    {
        if (ReferenceEquals(chain, old))
        {
            return replacement is null ? old.Next : replacement.FollowedBy(old.Next);
        }

        return chain.FollowedBy(Replace(chain.Next!, old, replacement));
    }

    private void Publish(int hash, NameGroup? chain) => Volatile.Write(ref _buckets[hash & (_buckets.Length - 1)], chain);

    private void Grow()
    {
        if (Count <= _buckets.Length)
        {
            return;
        }

        NameGroup?[] larger = new NameGroup?[_buckets.Length * 2];
        foreach (NameGroup? chain in _buckets)
        {
            for (NameGroup? group = chain; group is not null; group = group.Next)
            {
                ref NameGroup? bucket = ref larger[group.Hash & (larger.Length - 1)];
                bucket = group.FollowedBy(bucket);
            }
        }

        Volatile.Write(ref _buckets, larger);
    }
}
