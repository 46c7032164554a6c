using System.Net;
using Weave.Core.Primitives;
using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>
/// Two machines with one name: cloned virtual machines have one machine id, and the name is made from it. Unnoticed,
/// each takes the other for an earlier incarnation of itself, and neither has a working network. So: whoever comes
/// second is refused with words that say why, and the first is left alone.
/// </summary>
/// <remarks>docs/adr/0021-refusing-namesakes.md.</remarks>
public sealed partial class MeshRouter
{
    /// <summary>An earlier incarnation of ours is outrun once; somebody who runs on is another machine.</summary>
    private const int RacesOfANamesake = 3;

    /// <summary>A collision that did not show again for this long is over.</summary>
    private static readonly TimeSpan CollisionMemory = TimeSpan.FromMinutes(5);

    private string? _collision;
    private TimeSpan _collisionAt;
    private int _races;
    private TimeSpan _racesSince;

    /// <summary>We met somebody with our own name.</summary>
    private string CollideWith(Moment now, MeshConnection connection, Introduction peer)
    {
        string text = $"local \"{Describe(Self, SelfNickname)}\" and remote \"{Describe(peer.Name, peer.Nickname)}\" peer names collision: "
            + $"the machine at {connection.Address} has our name; if it was cloned from this one, give one of them another name with --name";
        NoteCollision(now, peer.Name, connection.Address, text);
        return text;
    }

    /// <summary>Why a neighbour must be another machine than the one that we know by its name; null when it need not be.</summary>
    private string? RefuseNamesake(Moment now, MeshConnection connection, Introduction peer)
    {
        PeerEntry? known = _topology.Entry(peer.Name);
        if (_options.OriginalRules || known is null || known.Uid == 0 || known.Uid == peer.Uid
            || HomeOf(peer.Name, connection.Remote!.Address) is not string home)
        {
            return null;
        }

        string text = $"{connection.Address} calls itself {Describe(peer.Name, peer.Nickname)}, which is the name of {known.Nickname} at {home}, "
            + "which is still connected: two machines have one name; if one was cloned from the other, start it with --name";
        NoteCollision(now, peer.Name, connection.Address, text);
        return text;
    }

    /// <summary>
    /// Where the peer of this name lives, when that is somewhere else than at <paramref name="claimed"/>. A peer that
    /// restarts comes back from its own address, and its old connections break at once.
    /// </summary>
    private string? HomeOf(PeerName name, IPAddress claimed)
    {
        if (_neighbours.TryGetValue(name, out MeshConnection? old))
        {
            if (old.Remote!.Address.Equals(claimed) || old.InDoubt)
            {
                return null;
            }

            // If the old one died without a word, this makes its host say so, and the newcomer succeeds next time.
            Send(old, [(byte)MessageTag.Heartbeat]);
            return old.Remote.Address.ToString();
        }

        string? home = null;
        foreach (PeerName witness in _topology.Names.Where(witness => witness != name && _routes.TryNextHop(witness, out _)))
        {
            if (_topology.Entry(witness)!.TryFindLink(name, out PeerLink link) && link.Established
                && IPEndPoint.TryParse(link.Address, out IPEndPoint? seen))
            {
                if (seen.Address.Equals(claimed))
                {
                    return null;
                }

                home ??= seen.Address.ToString();
            }
        }

        return home;
    }

    /// <summary>Somebody told of a peer with our name and another UID that is ahead of us; we have jumped ahead of it.</summary>
    private void OnNamesakeHeardOf(Moment now, PeerRecord namesake)
    {
        if (now.Elapsed > _racesSince + CollisionMemory)
        {
            _races = 0;
        }

        _racesSince = now.Elapsed;
        if (++_races >= RacesOfANamesake)
        {
            NoteCollision(now, Self, "", $"another machine in this mesh, {namesake.Nickname}, has our name {Self}: "
                + "if it was cloned from this one, give one of them another name with --name");
        }
    }

    /// <summary>Said once per wording, and kept for status while it lasts.</summary>
    private void NoteCollision(Moment now, PeerName peer, string address, string text)
    {
        if (CurrentCollision(now) is null)
        {
            _effects.Add(new MeshEffect.Note(MeshNote.NameCollision, peer, address, text));
        }

        _collision = text;
        _collisionAt = now.Elapsed;
    }

    private string? CurrentCollision(Moment now) => now.Elapsed <= _collisionAt + CollisionMemory ? _collision : null;
}
