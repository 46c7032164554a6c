using Microsoft.Win32.SafeHandles;

namespace Weave.Persistence;

/// <summary>The durable store: one journal file, locked by this process.</summary>
/// <remarks>
/// docs/adr/0032-state-is-a-journal.md. A commit appends one line and waits for the disk. A process killed at any
/// instruction leaves at most one unfinished line, which the next start cuts off. When most of the file is history it is
/// written anew: temporary file, fsync, rename, fsync of the directory.
/// </remarks>
public sealed class StateStore : IStateStore, IDisposable
{
    private const long RewriteAbove = 1 << 20;
    private const int RewriteFactor = 8;

    private readonly string _path;
    private readonly StateLock _lock;
    private readonly Lock _gate = new();
    private readonly bool _durable;
    private readonly MemoryStateStore _values;
    private SafeFileHandle _file;
    private long _length;
    private long _lengthWhenWritten;
    private bool _broken;

    private StateStore(string path, StateLock held, MemoryStateStore values, bool durable)
    {
        _path = path;
        _lock = held;
        _values = values;
        _durable = durable;
        _file = Rewrite();
    }

    /// <summary>The file below a <c>--db-prefix</c>. Another name than the original's, whose file stays untouched.</summary>
    public static string PathOf(string prefix) => prefix + "state.journal";

    /// <summary>Opens or creates the store.</summary>
    /// <param name="prefix">Path and beginning of the file name, such as <c>/weavedb/weave</c>.</param>
    /// <param name="messages">What the user should know: a file that was set aside, a record that was cut off.</param>
    /// <param name="durable">False leaves out fsync: for measurements only.</param>
    /// <exception cref="StateException">Another process has it, or the directory cannot be written; the message says which.</exception>
    public static StateStore Open(string prefix, ICollection<string> messages, bool durable = true)
    {
        string path = PathOf(prefix);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            StateLock held = StateLock.Acquire(prefix + "state.lock");
            return new StateStore(path, held, Load(path, messages), durable);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StateException($"the state in {path} cannot be used: {failure.Message}", failure);
        }
    }

    public byte[]? Get(string key) => _values.Get(key);

    public IReadOnlyList<KeyValuePair<string, byte[]>> Under(string prefix) => _values.Under(prefix);

    public void Commit(IReadOnlyList<KeyValuePair<string, byte[]?>> changes)
    {
        if (changes.Count == 0)
        {
            return;
        }

        byte[] line = JournalRecord.Encode(changes);
        lock (_gate)
        {
            Append(line);
            _values.Commit(changes);
            if (_length > RewriteAbove && _length > _lengthWhenWritten * RewriteFactor)
            {
                SafeFileHandle old = _file;
                _file = Rewrite();
                old.Dispose();
            }
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        _lock.Dispose();
    }

    private static MemoryStateStore Load(string path, ICollection<string> messages)
    {
        if (!File.Exists(path))
        {
            return new MemoryStateStore();
        }

        JournalContent content = JournalContent.Read(File.ReadAllBytes(path));
        if (content.Fault is { } fault)
        {
            string aside = SetAside(path);
            messages.Add($"{path} cannot be used: {fault}. It was kept as {aside}; starting without stored state");
            return new MemoryStateStore();
        }

        if (content.TornBytes > 0)
        {
            messages.Add($"{path} ends in a record of {content.TornBytes} bytes that was never finished; it was cut off");
        }

        return content.Values;
    }

    private static string SetAside(string path)
    {
        for (int n = 1; ; n++)
        {
            string aside = $"{path}.damaged-{n}";
            if (!File.Exists(aside))
            {
                File.Move(path, aside);
                return aside;
            }
        }
    }

    private void Append(byte[] line)
    {
        if (_broken)
        {
            throw new IOException($"{_path} could not be written before and its end is unknown");
        }

        try
        {
            RandomAccess.Write(_file, line, _length);
            Sync(_file);
            _length += line.Length;
        }
        catch (IOException)
        {
            // After a failed fsync nobody knows what is on the disk: cut the line off, and if even that fails, stop.
            _broken = true;
            RandomAccess.SetLength(_file, _length);
            Sync(_file);
            _broken = false;
            throw;
        }
    }

    private SafeFileHandle Rewrite()
    {
        byte[] record = JournalRecord.Encode(_values.Under("").Select(pair => new KeyValuePair<string, byte[]?>(pair.Key, pair.Value)));
        string temporary = _path + ".new";
        SafeFileHandle file = File.OpenHandle(temporary, FileMode.Create, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        RandomAccess.Write(file, JournalContent.Header, 0);
        RandomAccess.Write(file, record, JournalContent.Header.Length);
        Sync(file);
        File.Move(temporary, _path, overwrite: true);
        if (_durable)
        {
            DirectorySync.Run(Path.GetDirectoryName(Path.GetFullPath(_path))!);
        }

        _length = JournalContent.Header.Length + record.Length;
        _lengthWhenWritten = _length;
        return file;
    }

    private void Sync(SafeFileHandle file)
    {
        if (_durable)
        {
            RandomAccess.FlushToDisk(file);
        }
    }
}
