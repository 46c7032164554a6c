namespace Weave.Core.Overlay;

/// <summary>
/// Remembers which counters of one channel were seen: two bitmaps of 2^20 counters that move on by 2^20 at a time, so
/// anything up to 2^20 late is still told apart from a copy.
/// </summary>
/// <remarks>
/// docs/wire/sleeve.md §3. Ask only after the datagram proved authentic, or a forger could move the window. Bitmaps
/// grow by pages of 4,096 counters and are used again, so an idle channel costs little and a busy one allocates nothing.
/// </remarks>
public sealed class ReplayWindow
{
    private const int WindowBits = 20;
    private const int PageBits = 12;
    private const int WordBits = 6;
    private const int WordsPerPage = 1 << (PageBits - WordBits);

    private ulong[]?[] _current = new ulong[]?[1 << (WindowBits - PageBits)];
    private ulong[]?[] _previous = new ulong[]?[1 << (WindowBits - PageBits)];
    private ulong _window;

    /// <summary>True once for each counter; false for one that was seen or that is too old to say.</summary>
    public bool TryAccept(ulong counter)
    {
        ulong window = counter >> WindowBits;
        if (window > _window)
        {
            MoveTo(window);
        }

        if (window == _window)
        {
            return TrySet(_current, counter);
        }

        return window == _window - 1 && TrySet(_previous, counter);
    }

    private void MoveTo(ulong window)
    {
        (_previous, _current) = (_current, _previous);
        Clear(_current);
        if (window != _window + 1)
        {
            Clear(_previous);
        }

        _window = window;
    }

    private static void Clear(ulong[]?[] pages)
    {
        foreach (ulong[]? page in pages)
        {
            page?.AsSpan().Clear();
        }
    }

    private static bool TrySet(ulong[]?[] pages, ulong counter)
    {
        int offset = (int)(counter & ((1UL << WindowBits) - 1));
        ulong[] page = pages[offset >> PageBits] ??= new ulong[WordsPerPage];
        ref ulong word = ref page[(offset >> WordBits) & (WordsPerPage - 1)];
        ulong bit = 1UL << (offset & ((1 << WordBits) - 1));
        bool fresh = (word & bit) == 0;
        word |= bit;
        return fresh;
    }
}
