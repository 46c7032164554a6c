using Weave.Wire.Names;
using Weave.Wire.Primitives;

namespace Weave.Core.Names;

/// <summary>
/// What DNS answers from: live entries by name and by address. The control loop writes, the DNS threads read without a
/// lock or an allocation, and what they got stays as it was.
/// </summary>
/// <remarks>
/// A name is found when it is written in printable ASCII without backslash; others cannot be asked for, as with the
/// original. Changes cost the same however many entries there are (docs/adr/0041-name-index.md).
/// </remarks>
public sealed class NameIndex
{
    private readonly NameGroupTable _byName = new(
        static entry => HashOf(entry.Hostname),
        static (left, right) => string.Equals(left.Hostname, right.Hostname, StringComparison.OrdinalIgnoreCase));

    private readonly NameGroupTable _byAddress = new(
        static entry => HashOf(entry.Address),
        static (left, right) => left.Address == right.Address);

    /// <summary>Entries of the name, which is whole, in wire form and in lower case; null when there are none.</summary>
    public NameGroup? Find(ReadOnlySpan<byte> name)
    {
        int hash = HashOf(name);
        NameGroup? group = _byName.Bucket(hash);
        while (group is not null && !(group.Hash == hash && Matches(name, group.First.Hostname)))
        {
            group = group.Next;
        }

        return group;
    }

    /// <summary>Entries with the address; null when there are none.</summary>
    public NameGroup? Find(Ipv4Address address)
    {
        int hash = HashOf(address);
        NameGroup? group = _byAddress.Bucket(hash);
        while (group is not null && group.First.Address != address)
        {
            group = group.Next;
        }

        return group;
    }

    internal void Set(NameEntry entry)
    {
        if (entry.IsLive)
        {
            _byName.Set(entry);
            _byAddress.Set(entry);
        }
        else
        {
            Remove(entry);
        }
    }

    internal void Remove(NameEntry entry)
    {
        _byName.Remove(entry);
        _byAddress.Remove(entry);
    }

    // The wire form is one byte longer: "3one5weave5local0" against "one.weave.local.". Lengths and the final zero stand
    // where the text has its dots.
    private static bool Matches(ReadOnlySpan<byte> name, string hostname)
    {
        if (name.Length != hostname.Length + 1)
        {
            return false;
        }

        int boundary = name[0] + 1;
        for (int i = 0; i < hostname.Length; i++)
        {
            char c = hostname[i];
            int at = i + 1;
            if (at == boundary)
            {
                if (c != '.')
                {
                    return false;
                }

                boundary = at + 1 + name[at];
            }
            else if (c is '.' or '\\' || Lower(c) != name[at])
            {
                return false;
            }
        }

        return true;
    }

    private static int HashOf(string hostname)
    {
        uint hash = 2166136261;
        foreach (char c in hostname)
        {
            hash = (hash ^ (uint)Lower(c)) * 16777619;
        }

        return Mix(hash);
    }

    private static int HashOf(ReadOnlySpan<byte> name)
    {
        uint hash = 2166136261;
        int boundary = name[0] + 1;
        for (int at = 1; at < name.Length; at++)
        {
            uint unit = name[at];
            if (at == boundary)
            {
                boundary = at + 1 + name[at];
                unit = '.';
            }

            hash = (hash ^ unit) * 16777619;
        }

        return Mix(hash);
    }

    private static int HashOf(Ipv4Address address) => Mix(address.Value * 2654435769);

    private static int Mix(uint hash) => (int)((hash ^ (hash >> 15)) & int.MaxValue);

    private static int Lower(char c) => char.IsAsciiLetterUpper(c) ? c | 0x20 : c;
}
