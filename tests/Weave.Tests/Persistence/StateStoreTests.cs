using System.Text;
using Weave.Persistence;

namespace Weave.Tests.Persistence;

public sealed class StateStoreTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("weave-state-").FullName;
    private readonly List<string> _messages = [];

    private string Prefix => Path.Combine(_directory, "weave");

    private string Journal => StateStore.PathOf(Prefix);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void What_was_committed_is_there_after_a_restart()
    {
        using (StateStore store = Open())
        {
            store.Commit([Put("a", "1"), Put("b/x", "\"two\"")]);
            store.Commit([Put("b/y", "{\"z\":[3]}"), new("a", null)]);
        }

        using StateStore again = Open();
        Assert.Null(again.Get("a"));
        Assert.Equal(["b/x", "b/y"], again.Under("b/").Select(pair => pair.Key));
        Assert.Equal("{\"z\":[3]}", Encoding.UTF8.GetString(again.Get("b/y")!));
        Assert.Empty(_messages);
    }

    /// <summary>A process can die after any byte: what is there then is what was committed up to some point, whole.</summary>
    [Fact]
    public void A_journal_cut_at_any_byte_holds_whole_transactions()
    {
        using (StateStore store = Open())
        {
            for (int i = 0; i < 20; i++)
            {
                store.Commit([Put("first", $"{i}"), Put("second", $"\"{i}\"")]);
            }
        }

        byte[] whole = File.ReadAllBytes(Journal);
        int last = -1;
        for (int length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(Journal, whole[..length]);
            using StateStore cut = Open();
            int? first = cut.Get("first") is { } one ? int.Parse(Encoding.UTF8.GetString(one), System.Globalization.CultureInfo.InvariantCulture) : null;
            string? second = cut.Get("second") is { } two ? Encoding.UTF8.GetString(two) : null;
            Assert.Equal(first is null ? null : $"\"{first}\"", second);
            Assert.True((first ?? -1) >= last, $"at {length} bytes there is {first} where {last} was before");
            last = first ?? -1;
        }

        Assert.Equal(19, last);
        Assert.DoesNotContain(_messages, message => message.Contains("kept as", StringComparison.Ordinal));
    }

    [Fact]
    public void An_unfinished_record_is_cut_off_and_said()
    {
        using (StateStore store = Open())
        {
            store.Commit([Put("a", "1")]);
        }

        File.AppendAllText(Journal, "0123456789abcdef {\"a\":2");
        using StateStore again = Open();
        Assert.Equal("1", Encoding.UTF8.GetString(again.Get("a")!));
        Assert.Contains("never finished", Assert.Single(_messages), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not ours at all\n")]
    [InlineData("weave-state 1\n0000000000000000 {\"a\":2}\n0000000000000000 {\"a\":3}\n")]
    public void A_foreign_or_damaged_file_is_set_aside_and_said(string content)
    {
        File.WriteAllText(Journal, content);
        using StateStore store = Open();
        Assert.Null(store.Get("a"));
        Assert.Contains(Journal + ".damaged-1", Assert.Single(_messages), StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(Journal + ".damaged-1"));
    }

    [Fact]
    public void The_original_s_file_is_left_alone()
    {
        byte[] foreign = [1, 2, 3];
        File.WriteAllBytes(Prefix + "data.db", foreign);
        using StateStore store = Open();
        store.Commit([Put("a", "1")]);
        Assert.Equal(foreign, File.ReadAllBytes(Prefix + "data.db"));
    }

    [Fact]
    public void A_second_opener_is_told_who_has_it()
    {
        using StateStore store = Open();
        StateException refused = Assert.Throws<StateException>(() => Open());
        Assert.Contains($"process {Environment.ProcessId} (", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_history_is_rewritten_and_nothing_is_lost()
    {
        string filler = $"\"{new string('x', 4000)}\"";
        using (StateStore store = StateStore.Open(Prefix, _messages, durable: false))
        {
            store.Commit([Put("kept", "42")]);
            for (int i = 0; i < 600; i++)
            {
                store.Commit([Put("a", filler)]);
            }
        }

        Assert.True(new FileInfo(Journal).Length < 2_000_000);
        using StateStore again = Open();
        Assert.Equal("42", Encoding.UTF8.GetString(again.Get("kept")!));
        Assert.Equal(filler, Encoding.UTF8.GetString(again.Get("a")!));
    }

    private StateStore Open() => StateStore.Open(Prefix, _messages, durable: false);

    private static KeyValuePair<string, byte[]?> Put(string key, string json) => new(key, Encoding.UTF8.GetBytes(json));
}
