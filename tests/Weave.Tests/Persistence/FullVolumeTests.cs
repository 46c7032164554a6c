using System.Text;
using Microsoft.Win32.SafeHandles;
using Weave.Persistence;

namespace Weave.Tests.Persistence;

/// <summary>A volume that is full, read-only or broken for a while.</summary>
public sealed class FullVolumeTests : IDisposable
{
    private const int NoSpace = 28;
    private const int ReadOnly = 30;

    private readonly string _directory = Directory.CreateTempSubdirectory("weave-full-").FullName;
    private readonly Disk _disk = new();
    private readonly List<string?> _faults = [];

    private string Prefix => Path.Combine(_directory, "weave");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(NoSpace, "is full")]
    [InlineData(ReadOnly, "is read-only")]
    [InlineData(5, "has read or write errors")]
    public void A_commit_is_refused_with_the_reason_and_changes_nothing_until_the_volume_can_be_written(int errno, string reason)
    {
        using StateStore store = Open();
        store.Commit([Put("a", "1")]);
        _disk.Fault = errno;
        IOException refused = Assert.Throws<IOException>(() => store.Commit([Put("a", "2")]));
        Assert.Equal($"it could not be stored: the volume of {_directory} {reason}", refused.Message);
        Assert.Equal("1", Text(store, "a"));
        Assert.Equal([null, $"the volume of {_directory} {reason}"], _faults);

        _disk.Fault = 0;
        store.Look();
        Assert.Equal([null, $"the volume of {_directory} {reason}", null], _faults);
        store.Commit([Put("a", "3")]);
        Assert.Equal("3", Text(store, "a"));
    }

    [Fact]
    public void What_cannot_wait_for_the_disk_is_there_at_once_and_stored_when_it_can_be()
    {
        using (StateStore store = Open())
        {
            store.Commit([Put("gone", "1")]);
            _disk.Fault = NoSpace;
            store.CommitSoon([Put("soon", "1"), new("gone", null)]);
            store.CommitSoon([Put("soon", "2")]);
            Assert.Equal("2", Text(store, "soon"));
            Assert.Null(store.Get("gone"));
            _disk.Fault = 0;
            store.Look();
            Assert.Null(store.Fault);
        }

        using StateStore again = Open();
        Assert.Equal("2", Text(again, "soon"));
        Assert.Null(again.Get("gone"));
    }

    /// <summary>When even cutting off fails, the file's end is unknown, and it is written anew.</summary>
    [Fact]
    public void A_write_that_was_half_done_is_never_believed()
    {
        using (StateStore store = Open())
        {
            store.Commit([Put("a", "1")]);
            _disk.Fault = 5;
            _disk.FlushFails = true;
            Assert.Throws<IOException>(() => store.Commit([Put("a", "2")]));
            _disk.Fault = 0;
            Assert.Throws<IOException>(() => store.Commit([Put("a", "3")]));
            _disk.FlushFails = false;
            store.Commit([Put("b", "4")]);
        }

        using StateStore again = Open();
        Assert.Equal("1", Text(again, "a"));
        Assert.Equal("4", Text(again, "b"));
    }

    [Fact]
    public void A_start_on_a_full_volume_knows_what_was_stored()
    {
        using (StateStore store = Open())
        {
            store.Commit([Put("a", "1")]);
        }

        _disk.Fault = NoSpace;
        using StateStore again = Open();
        Assert.Equal("1", Text(again, "a"));
        Assert.NotNull(again.Fault);
        Assert.Throws<IOException>(() => again.Commit([Put("a", "2")]));
        _disk.Fault = 0;
        again.Commit([Put("a", "3")]);
        Assert.Null(again.Fault);
    }

    [Fact]
    public void A_volume_without_room_is_said_before_anybody_needs_it()
    {
        using StateStore store = Open();
        _disk.Seen = "the volume of /weavedb is full";
        store.Look();
        Assert.Equal([null, "the volume of /weavedb is full"], _faults);
        _disk.Seen = null;
        store.Look();
        Assert.Null(store.Fault);
    }

    private StateStore Open()
    {
        StateStore store = StateStore.Open(Prefix, [], _disk, durable: true);
        store.Tell(_faults.Add);
        return store;
    }

    private static string Text(StateStore store, string key) => Encoding.UTF8.GetString(store.Get(key)!);

    private static KeyValuePair<string, byte[]?> Put(string key, string json) => new(key, Encoding.UTF8.GetBytes(json));

    /// <summary>Writes half of what it is given, and then fails.</summary>
    private sealed class Disk : IJournalDisk
    {
        internal int Fault { get; set; }

        internal bool FlushFails { get; set; }

        internal string? Seen { get; set; }

        public void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long at)
        {
            RandomAccess.Write(file, Fault == 0 ? bytes : bytes[..(bytes.Length / 2)], at);
            if (Fault != 0)
            {
                throw new IOException("refused", Fault);
            }
        }

        public void Flush(SafeFileHandle file)
        {
            if (FlushFails)
            {
                throw new IOException("refused", 5);
            }
        }

        public string? Obstacle(string directory) => Seen;
    }
}
