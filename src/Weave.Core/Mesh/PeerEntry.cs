using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>A peer in our topology. Changed by <see cref="Topology"/> only.</summary>
internal sealed class PeerEntry(PeerName name)
{
    private static readonly PeerLink[] NoLinks = [];

    internal PeerName Name { get; } = name;

    internal string Nickname { get; set; } = "";

    internal ulong Uid { get; set; }

    internal ulong Version { get; set; }

    internal ShortId? ShortId { get; set; }

    /// <summary>Ascending by remote name, each remote once. Replaced, never changed in place.</summary>
    internal PeerLink[] Links { get; set; } = NoLinks;

    /// <summary>Live connections of ours to it: while there are any it is not collected.</summary>
    internal int Holds { get; set; }

    internal PeerRecord ToRecord() => new(Name, Nickname, Uid, Version, ShortId, Links);

    internal bool TryFindLink(PeerName remote, out PeerLink link)
    {
        int low = 0;
        int high = Links.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int order = Links[middle].Remote.CompareTo(remote);
            if (order == 0)
            {
                link = Links[middle];
                return true;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        link = default;
        return false;
    }
}
