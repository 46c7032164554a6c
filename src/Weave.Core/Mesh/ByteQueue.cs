namespace Weave.Core.Mesh;

/// <summary>Bytes that arrived and are not used up. Owns its memory; spans handed out die with the next append or compaction.</summary>
internal sealed class ByteQueue
{
    /// <summary>What may stay allocated when nothing waits.</summary>
    private const int KeptCapacity = 64 * 1024;

    private byte[] _bytes = [];
    private int _start;
    private int _end;

    internal ReadOnlySpan<byte> Bytes => _bytes.AsSpan(_start, _end - _start);

    internal void Append(ReadOnlySpan<byte> more)
    {
        if (_bytes.Length - _end < more.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _end + more.Length));
        }

        more.CopyTo(_bytes.AsSpan(_end));
        _end += more.Length;
    }

    /// <summary>Takes exactly <paramref name="count"/> bytes, or none when there are fewer.</summary>
    internal bool TryTake(int count, out ReadOnlySpan<byte> taken)
    {
        bool enough = _end - _start >= count;
        taken = enough ? _bytes.AsSpan(_start, count) : default;
        _start += enough ? count : 0;
        return enough;
    }

    /// <summary>Moves what waits to the front and gives memory back that one long message took.</summary>
    internal void Compact()
    {
        int waiting = _end - _start;
        if (_start > 0)
        {
            if (waiting <= KeptCapacity && _bytes.Length > KeptCapacity)
            {
                _bytes = Bytes.ToArray();
            }
            else
            {
                Bytes.CopyTo(_bytes);
            }
        }

        (_start, _end) = (0, waiting);
    }

    internal void Clear() => (_bytes, _start, _end) = ([], 0, 0);
}
