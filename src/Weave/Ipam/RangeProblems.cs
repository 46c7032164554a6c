using Weave.Status;
using Weave.Wire.Primitives;

namespace Weave.Ipam;

/// <summary>Peers with another range than ours, as problems of the kind <c>range</c>: one a peer. For the control loop only.</summary>
internal sealed class RangeProblems(ProblemBoard board)
{
    private const string Kind = "range";

    private readonly SortedDictionary<PeerName, string> _shown = [];

    internal void Show(IReadOnlyDictionary<PeerName, string> present)
    {
        foreach ((PeerName peer, string text) in present)
        {
            if (!_shown.TryGetValue(peer, out string? shown) || shown != text)
            {
                board.Raise(Kind, peer.ToString(), text);
                _shown[peer] = text;
            }
        }

        foreach (PeerName agreed in _shown.Keys.Where(peer => !present.ContainsKey(peer)).ToArray())
        {
            board.Clear(Kind, agreed.ToString());
            _shown.Remove(agreed);
        }
    }
}
