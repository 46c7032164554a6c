using Weave.Core.Primitives;
using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>Which peers claim each short id. The lowest name owns it.</summary>
/// <remarks>docs/wire/mesh.md §1.9.</remarks>
internal sealed class ShortIdTable
{
    private const int RandomTries = 10;

    /// <summary>Claimants in ascending order; an empty list means that the id was in use once, null that it never was.</summary>
    private readonly List<PeerName>?[] _claimants = new List<PeerName>?[ShortId.Count];

    private int _owned;

    internal PeerName? OwnerOf(ShortId id) =>
        id.Value < ShortId.Count && _claimants[id.Value] is [PeerName owner, ..] ? owner : null;

    /// <summary>Notes that <paramref name="peer"/> claims <paramref name="id"/>.</summary>
    /// <returns>The id belonged to somebody else before, now or in the past.</returns>
    internal bool Claim(ShortId id, PeerName peer)
    {
        List<PeerName>? claimants = _claimants[id.Value];
        if (claimants is null)
        {
            _claimants[id.Value] = [peer];
            _owned++;
            return false;
        }

        if (claimants.Count == 0)
        {
            claimants.Add(peer);
            _owned++;
            return true;
        }

        int at = claimants.BinarySearch(peer);
        if (at >= 0)
        {
            return false;
        }

        claimants.Insert(~at, peer);
        return ~at == 0;
    }

    /// <summary>Takes the claim back.</summary>
    /// <returns>Another claimant became the owner.</returns>
    internal bool Release(ShortId id, PeerName peer)
    {
        List<PeerName>? claimants = _claimants[id.Value];
        int at = claimants?.BinarySearch(peer) ?? -1;
        if (at < 0)
        {
            return false;
        }

        claimants!.RemoveAt(at);
        if (claimants.Count == 0)
        {
            _owned--;
            return false;
        }

        return at == 0;
    }

    /// <summary>A random id that nobody owns; null when all are taken.</summary>
    internal ShortId? Choose(IRandom random)
    {
        for (int i = 0; i < RandomTries; i++)
        {
            ShortId candidate = new((ushort)random.Next(ShortId.Count));
            if (OwnerOf(candidate) is null)
            {
                return candidate;
            }
        }

        int free = ShortId.Count - _owned;
        return free == 0 ? null : NthFree(random.Next(free));
    }

    private ShortId? NthFree(int n)
    {
        for (int i = 0; i < ShortId.Count; i++)
        {
            ShortId candidate = new((ushort)i);
            if (OwnerOf(candidate) is null && n-- == 0)
            {
                return candidate;
            }
        }

        return null;
    }
}
