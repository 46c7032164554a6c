using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Core.Ipam;

/// <content>
/// What is stored before it is told. While nothing can be stored we go on with what we know, but tell the ring that is stored,
/// give nothing to peers, and refuse addresses: whatever left us unstored would be given out again after a crash.
/// </content>
public sealed partial class Allocator
{
    /// <summary>Addresses given since the last commit, with whom they are filed under.</summary>
    private readonly List<(string Ident, Ipv4Address Address)> _gifts = [];

    /// <summary>The ring as it is stored; null when none is.</summary>
    private RingState? _told;

    /// <summary>Why the last change could not be stored; null when everything is.</summary>
    private string? _unstored;

    private RingState? Told => _unstored is not null && !_leaving ? _told : _ring.IsEmpty ? null : _ring.State;

    private void Store()
    {
        IReadOnlyList<KeyValuePair<string, OwnedAddresses?>> owned = _book.Drain();
        if (owned.Count > 0)
        {
            TellNetworks();
        }

        bool holds = _holds.Drain();
        if (!_ringChanged && owned.Count == 0 && !holds && !_startOver)
        {
            return;
        }

        RingState? ring = _ringChanged ? _ring.State : null;
        if (_store.Commit(new AllocationChange(ring, owned, holds ? _holds.Snapshot : null, _startOver)) is { } refusal)
        {
            OnNotStored(refusal, owned, holds);
            return;
        }

        _tell |= _unstored is not null; // others have heard nothing of what happened meanwhile
        _unstored = null;
        _told = ring ?? _told;
        _ringChanged = _startOver = false;
        _gifts.Clear();
    }

    private void OnNotStored(string refusal, IReadOnlyList<KeyValuePair<string, OwnedAddresses?>> owned, bool holds)
    {
        _unstored = refusal;
        _book.PutBack(owned);
        if (holds)
        {
            _holds.PutBack();
        }

        TakeGiftsBack(refusal);
        Schedule();
    }

    private void TakeGiftsBack(string refusal)
    {
        HashSet<Ipv4Address> back = [.. _gifts.Select(gift => gift.Address)];
        for (int i = 0; i < _answers.Count; i++)
        {
            if (_answers[i].Answer is { Error: null, IsCancelled: false, Address.Address: var address } && back.Contains(address))
            {
                _answers[i] = (_answers[i].To, AllocationAnswer.Refused(refusal));
            }
        }

        foreach ((string ident, Ipv4Address address) in _gifts)
        {
            if (_book.Remove(ident, address))
            {
                Release(address);
            }
        }

        _gifts.Clear();
        GatherOutside();
        foreach (AllocationRequest request in Pending().Where(request => request is not PrimeRequest && !request.IsAnswered).ToList())
        {
            Dequeue(request);
            Answer(request, AllocationAnswer.Refused(refusal)); // whatever it waits for, it would be refused then
        }
    }

    // Whoever has his answer, since the owner could not be asked, uses the address by now.
    private void Give(AllocationRequest request, Ipv4Cidr given, bool isContainer)
    {
        string ident = FileUnder(request.Ident, given.Address);
        _book.Add(ident, given, isContainer, request.Engine);
        if (!request.IsAnswered)
        {
            _gifts.Add((ident, given.Address));
        }
    }
}
