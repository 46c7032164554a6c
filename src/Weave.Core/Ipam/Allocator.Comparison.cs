using Weave.Core.Primitives;
using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <content>
/// Comparison with what Docker says. Its answers are about the moment of the question, and may be long on their way: they
/// say nothing of who was given an address, or was seen alive, since then.
/// </content>
public sealed partial class Allocator
{
    /// <summary>When each owner last was given something, or was said to run.</summary>
    private readonly Dictionary<string, TimeSpan> _aliveAt = new(StringComparer.Ordinal);

    /// <summary>
    /// Frees the addresses of containers that are gone, and takes those for dead that do not run: their end was not told
    /// to anybody when it came while nobody listened.
    /// </summary>
    /// <param name="now">The present.</param>
    /// <param name="existing">All containers that there were when Docker was asked, in whatever state.</param>
    /// <param name="running">Those of them that ran.</param>
    /// <param name="asked">The moment of the question.</param>
    public void Prune(Moment now, IReadOnlySet<string> existing, IReadOnlySet<string> running, TimeSpan asked)
    {
        _now = now;
        foreach (string ident in _book.Owned.Where(owner => owner.Value.IsContainer).Select(owner => owner.Key).ToList())
        {
            if (running.Contains(ident) || (_aliveAt.TryGetValue(ident, out TimeSpan at) && at >= asked))
            {
                continue;
            }

            if (!existing.Contains(ident))
            {
                ReleaseAll(ident);
            }
            else if (_dead.TryAdd(ident, now.Elapsed))
            {
                NoteOutside(ident);
            }
        }

        foreach (string forgotten in _aliveAt.Keys.Where(ident => !_book.Owned.ContainsKey(ident)).ToList())
        {
            _aliveAt.Remove(forgotten);
        }

        Finish();
    }

    /// <summary>Frees addresses without an owner's name that the container engine has no more, unless they were given again.</summary>
    /// <param name="now">The present.</param>
    /// <param name="lost">What the engine was found not to have.</param>
    /// <param name="notSince">What was given then or later stays: the engine may not have known of it yet.</param>
    /// <returns>What was freed.</returns>
    public IReadOnlyList<Ipv4Address> FreeLost(Moment now, IReadOnlySet<Ipv4Address> lost, TimeSpan notSince)
    {
        _now = now;
        List<Ipv4Address> freed = [];
        foreach (Ipv4Address address in lost.Order())
        {
            string ident = FileUnder(NoContainer, address);
            if (!(_aliveAt.TryGetValue(ident, out TimeSpan at) && at >= notSince) && ReleaseAll(ident))
            {
                freed.Add(address);
            }
        }

        Finish();
        return freed;
    }

    private void NoteAlive(string ident)
    {
        if (_book.Owned.ContainsKey(ident))
        {
            _aliveAt[ident] = _now.Elapsed;
        }
    }
}
