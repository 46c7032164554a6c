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
    private readonly string _lockPath;
    private readonly string _directory;
    private readonly IJournalDisk _disk;
    private readonly Lock _gate = new();
    private readonly bool _durable;
    private readonly MemoryStateStore _values;
    private readonly SortedDictionary<string, byte[]?> _unsaved = new(StringComparer.Ordinal);
    private StateLock? _lock;
    private SafeFileHandle? _file; // null: its end is unknown, so that it must be written anew
    private long _length;
    private long _lengthWhenWritten;
    private Action<string?>? _told;

    private StateStore(string prefix, MemoryStateStore values, StateLock? held, IJournalDisk disk, bool durable)
    {
        _path = PathOf(prefix);
        _lockPath = LockOf(prefix);
        _directory = DirectoryOf(_path);
        _values = values;
        _lock = held;
        _disk = disk;
        _durable = durable;
    }

    /// <summary>Why nothing can be written at present, for the user; null when it can.</summary>
    public string? Fault { get; private set; }

    /// <summary>The file below a <c>--db-prefix</c>. Another name than the original's, whose file stays untouched.</summary>
    public static string PathOf(string prefix) => prefix + "state.journal";

    /// <summary>Opens or creates the store. On a volume that cannot be written now it opens all the same, with a <see cref="Fault"/>.</summary>
    /// <param name="prefix">Path and beginning of the file name, such as <c>/weavedb/weave</c>.</param>
    /// <param name="messages">What the user should know: a file that was set aside, a record that was cut off.</param>
    /// <param name="durable">False leaves out fsync: for measurements only.</param>
    /// <exception cref="StateException">Another process has it, or the directory cannot be used; the message says which.</exception>
    public static StateStore Open(string prefix, ICollection<string> messages, bool durable = true) =>
        Open(prefix, messages, new JournalDisk(), durable);

    internal static StateStore Open(string prefix, ICollection<string> messages, IJournalDisk disk, bool durable)
    {
        string path = PathOf(prefix);
        try
        {
            Directory.CreateDirectory(DirectoryOf(path));
            StateLock? held = Hold(LockOf(prefix));
            StateStore store = new(prefix, Load(path, messages), held, disk, durable);
            store.Begin();
            return store;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StateException($"the state in {path} cannot be used: {VolumeFault.Describe(failure, DirectoryOf(path))}", failure);
        }
    }

    public byte[]? Get(string key) => _values.Get(key);

    public IReadOnlyList<KeyValuePair<string, byte[]>> Under(string prefix) => _values.Under(prefix);

    /// <summary>Calls <paramref name="told"/> with the present fault, and whenever it changes.</summary>
    internal void Tell(Action<string?> told)
    {
        lock (_gate)
        {
            _told = told;
            told(Fault);
        }
    }

    public void Commit(IReadOnlyList<KeyValuePair<string, byte[]?>> changes)
    {
        if (changes.Count == 0)
        {
            return;
        }

        lock (_gate)
        {
            Save(changes);
            _values.Commit(changes);
        }
    }

    public void CommitSoon(IReadOnlyList<KeyValuePair<string, byte[]?>> changes)
    {
        lock (_gate)
        {
            _values.Commit(changes);
            foreach ((string key, byte[]? value) in changes)
            {
                _unsaved[key] = value;
            }

            TrySave();
        }
    }

    /// <summary>Looks at the volume, and tries what could not be written before.</summary>
    internal void Look()
    {
        lock (_gate)
        {
            if (_disk.Obstacle(_directory) is { } obstacle)
            {
                Report(obstacle);
            }
            else if (Fault is not null)
            {
                TrySave();
            }
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        _lock?.Dispose();
    }

    private static string LockOf(string prefix) => prefix + "state.lock";

    private static string DirectoryOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    private static StateLock? Hold(string path)
    {
        try
        {
            return StateLock.Acquire(path);
        }
        catch (IOException failure) when (VolumeFault.MayPass(failure))
        {
            return null; // where nothing can be written there is nothing to lock; before the first write it is tried again
        }
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

    private void Begin()
    {
        try
        {
            Rewrite([]);
        }
        catch (IOException failure) when (VolumeFault.MayPass(failure))
        {
            Report(VolumeFault.Describe(failure, _directory));
        }
    }

    private void TrySave()
    {
        try
        {
            Save([]);
        }
        catch (IOException)
        {
            // Reported, and tried again: what was asked for is kept in memory.
        }
    }

    /// <summary>Writes <paramref name="changes"/> and what was left unsaved before.</summary>
    private void Save(IReadOnlyList<KeyValuePair<string, byte[]?>> changes)
    {
        try
        {
            _lock ??= StateLock.Acquire(_lockPath);
            if (_file is { } file)
            {
                Append(file, changes);
            }
            else
            {
                Rewrite(changes);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or StateException)
        {
            string fault = VolumeFault.Describe(failure, _directory);
            Report(fault);
            throw new IOException($"it could not be stored: {fault}", failure);
        }

        _unsaved.Clear();
        Report(null);
        Compact();
    }

    private void Append(SafeFileHandle file, IReadOnlyList<KeyValuePair<string, byte[]?>> changes)
    {
        byte[] line = JournalRecord.Encode([.. _unsaved, .. changes]);
        try
        {
            _disk.Write(file, line, _length);
            Sync(file);
            _length += line.Length;
        }
        catch (IOException)
        {
            CutOff(file);
            throw;
        }
    }

    // After a failed fsync nobody knows what is on the disk.
    private void CutOff(SafeFileHandle file)
    {
        try
        {
            RandomAccess.SetLength(file, _length);
            Sync(file);
        }
        catch (IOException)
        {
            file.Dispose();
            _file = null;
        }
    }

    private void Compact()
    {
        if (_length <= RewriteAbove || _length <= _lengthWhenWritten * RewriteFactor)
        {
            return;
        }

        try
        {
            Rewrite([]);
        }
        catch (IOException failure) when (VolumeFault.MayPass(failure))
        {
            _lengthWhenWritten = _length; // everything is in the long file; there is no room for a second one
        }
    }

    private void Rewrite(IReadOnlyList<KeyValuePair<string, byte[]?>> changes)
    {
        MemoryStateStore all = new();
        all.Commit([.. _values.Under("").Select(pair => new KeyValuePair<string, byte[]?>(pair.Key, pair.Value)), .. changes]);
        byte[] record = JournalRecord.Encode(all.Under("").Select(pair => new KeyValuePair<string, byte[]?>(pair.Key, pair.Value)));
        SafeFileHandle file = WriteNew(record);
        _file?.Dispose();
        _file = file;
        _length = JournalContent.Header.Length + record.Length;
        _lengthWhenWritten = _length;
    }

    private SafeFileHandle WriteNew(byte[] record)
    {
        string temporary = _path + ".new";
        SafeFileHandle file = File.OpenHandle(temporary, FileMode.Create, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        try
        {
            _disk.Write(file, JournalContent.Header, 0);
            _disk.Write(file, record, JournalContent.Header.Length);
            Sync(file);
            File.Move(temporary, _path, overwrite: true);
            if (_durable)
            {
                DirectorySync.Run(_directory);
            }

            return file;
        }
        catch
        {
            file.Dispose();
            File.Delete(temporary); // on a full volume it takes the room that others need
            throw;
        }
    }

    private void Report(string? fault)
    {
        if (fault != Fault)
        {
            Fault = fault;
            _told?.Invoke(fault);
        }
    }

    private void Sync(SafeFileHandle file)
    {
        if (_durable)
        {
            _disk.Flush(file);
        }
    }
}
