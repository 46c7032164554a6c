namespace Weave.Persistence;

/// <summary>What a journal file turned out to hold.</summary>
/// <param name="Values">The values after all whole records.</param>
/// <param name="GoodLength">Bytes up to the end of the last whole record.</param>
/// <param name="Fault">Why the file as a whole cannot be believed; null when it can.</param>
/// <param name="TornBytes">Bytes of a record that was being written when the process or the machine died: it was never acknowledged.</param>
internal sealed record JournalContent(MemoryStateStore Values, long GoodLength, string? Fault, long TornBytes)
{
    internal static readonly byte[] Header = "weave-state 1\n"u8.ToArray();

    internal static JournalContent Read(ReadOnlySpan<byte> file)
    {
        MemoryStateStore values = new();
        if (!file.StartsWith(Header))
        {
            bool unfinished = Header.AsSpan().StartsWith(file);
            return new JournalContent(values, 0, unfinished ? null : "it is not a state file of this program", unfinished ? file.Length : 0);
        }

        int at = Header.Length;
        while (at < file.Length)
        {
            int length = file[at..].IndexOf((byte)'\n');
            if (length < 0)
            {
                break;
            }

            if (!JournalRecord.TryDecode(file.Slice(at, length), out List<KeyValuePair<string, byte[]?>> changes))
            {
                bool last = at + length + 1 == file.Length;
                return last
                    ? new JournalContent(values, at, null, file.Length - at)
                    : new JournalContent(values, at, $"its record at byte {at} is damaged", 0);
            }

            values.Commit(changes);
            at += length + 1;
        }

        return new JournalContent(values, at, null, file.Length - at);
    }
}
