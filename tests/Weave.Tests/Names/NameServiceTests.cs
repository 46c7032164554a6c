using Microsoft.Extensions.Logging.Abstractions;
using Weave.Daemon;
using Weave.Names;
using Weave.Persistence;
using Weave.Status;
using Weave.Tests.Core.Names;
using Weave.Wire.Primitives;

namespace Weave.Tests.Names;

/// <summary>Names as the rest of the daemon sees them: from Docker, by hand, and across restarts.</summary>
public sealed class NameServiceTests : IAsyncDisposable
{
    private static readonly Ipv4Address One = Ipv4Address.Parse("10.32.0.1");
    private static readonly Ipv4Address Two = Ipv4Address.Parse("10.32.0.2");

    private readonly MemoryStateStore _store = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _loops = [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_loops).ContinueWith(_ => { }, TaskScheduler.Default);
        _stop.Dispose();
    }

    [Fact]
    public async Task What_Docker_tells_lives_as_long_as_the_container()
    {
        NameService names = Start();
        await names.RegisterAsync("c1", "web.weave.local", One, CancellationToken.None);
        Assert.Equal("web.weave.local. 10.32.0.1", await LiveAsync(names));
        names.OnContainerDied("c1");
        Assert.Equal("", await LiveAsync(names));
        Assert.Equal("", await LiveAsync(Start()));
    }

    /// <summary>The news of a death waits while Docker writes a long list, and the container may be named again by then.</summary>
    [Fact]
    public async Task A_death_ends_the_names_that_there_were_when_it_was_heard_of()
    {
        NameService names = Start();
        await names.RegisterAsync("c1", "web.weave.local", One, CancellationToken.None);
        long heardAt = TimeProvider.System.GetTimestamp();
        await names.RegisterAsync("c1", "web.weave.local", Two, CancellationToken.None);
        await names.AddByHandAsync("c1", "db.weave.local", Two, CancellationToken.None);
        names.OnContainerDied("c1", heardAt);
        Assert.Equal("db.weave.local. 10.32.0.2, web.weave.local. 10.32.0.2", await LiveAsync(names));
        names.OnContainerDied("c1");
        Assert.Equal("", await LiveAsync(names));
    }

    [Fact]
    public async Task Names_added_by_hand_are_there_after_a_restart()
    {
        NameService names = Start();
        await names.AddByHandAsync("weave:extern", "printer.weave.local", One, CancellationToken.None);
        await names.AddByHandAsync("c1", "db.weave.local", Two, CancellationToken.None);
        NameService again = Start();
        Assert.Equal("printer.weave.local. 10.32.0.1", await LiveAsync(again));
        again.OnContainerStarted("c1");
        Assert.Equal("db.weave.local. 10.32.0.2, printer.weave.local. 10.32.0.1", await LiveAsync(again));
    }

    [Fact]
    public async Task Names_removed_by_hand_stay_away()
    {
        NameService names = Start();
        await names.AddByHandAsync("weave:extern", "printer.weave.local", One, CancellationToken.None);
        await names.DeleteByHandAsync("weave:extern", "printer.weave.local", One, CancellationToken.None);
        Assert.Equal("", await LiveAsync(names));
        Assert.Equal("", await LiveAsync(Start()));
    }

    [Fact]
    public async Task A_container_restarted_by_name_keeps_the_names_added_by_hand()
    {
        NameService names = Start();
        await names.RegisterAsync("c1", "web.weave.local", One, CancellationToken.None);
        await names.AddByHandAsync("c1", "db.weave.local", One, CancellationToken.None);
        names.OnContainerDied("c1");
        Assert.Equal("", await LiveAsync(names));
        names.OnContainerStarted("c1");
        await names.RegisterAsync("c1", "web.weave.local", Two, CancellationToken.None);
        Assert.Equal("db.weave.local. 10.32.0.2, web.weave.local. 10.32.0.2", await LiveAsync(names));
        NameService again = Start();
        again.OnContainerStarted("c1");
        Assert.Equal("db.weave.local. 10.32.0.2", await LiveAsync(again));
    }

    [Fact]
    public async Task A_destroyed_container_leaves_nothing()
    {
        NameService names = Start();
        await names.AddByHandAsync("c1", "db.weave.local", One, CancellationToken.None);
        names.OnContainerDestroyed("c1");
        Assert.Equal("", await LiveAsync(names));
        Assert.Empty(_store.Under(StateKeys.Names));
    }

    [Fact]
    public async Task A_name_outside_the_domain_is_ignored_and_not_stored()
    {
        NameService names = Start();
        await names.AddByHandAsync("c1", "foo.example.com", One, CancellationToken.None);
        Assert.Equal("", await LiveAsync(names));
        Assert.Empty(_store.Under(StateKeys.Names));
    }

    [Fact]
    public async Task An_alias_follows_and_survives_a_restart()
    {
        NameService names = Start();
        Assert.True(await names.AddAliasAsync("www.weave.local", "web.weave.local", CancellationToken.None));
        Assert.False(await names.AddAliasAsync("www.example.com", "web.weave.local", CancellationToken.None));
        await names.RegisterAsync("c1", "web.weave.local", One, CancellationToken.None);
        Assert.Equal("web.weave.local. 10.32.0.1, www.weave.local. 10.32.0.1", await LiveAsync(names));
        names.OnContainerDied("c1");
        Assert.Equal("", await LiveAsync(names));
        NameService again = Start();
        await again.RegisterAsync("c9", "web.weave.local", Two, CancellationToken.None);
        Assert.Equal("web.weave.local. 10.32.0.2, www.weave.local. 10.32.0.2", await LiveAsync(again));
        Assert.True(await again.RemoveAliasAsync("www.weave.local", "web.weave.local", CancellationToken.None));
        Assert.Equal("web.weave.local. 10.32.0.2", await LiveAsync(again));
    }

    /// <summary>A router with an empty database and the store of this test.</summary>
    private NameService Start()
    {
        ControlLoop loop = new(TimeProvider.System);
        NameService names = new(loop, new NamesPeer().Database, new NameStore(_store), true, new ProblemBoard(TimeProvider.System, NullLogger<ProblemBoard>.Instance), NullLogger.Instance);
        _loops.Add(Task.Run(() => loop.RunAsync(_stop.Token)));
        return names;
    }

    private static async Task<string> LiveAsync(NameService names) => string.Join(
        ", ", (await names.EntriesAsync(CancellationToken.None)).Where(entry => entry.IsLive).Select(entry => $"{entry.Hostname} {entry.Address}"));
}
