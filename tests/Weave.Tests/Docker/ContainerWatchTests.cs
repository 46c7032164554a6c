using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Weave.Docker;
using Weave.Tests.Fakes;

namespace Weave.Tests.Docker;

public sealed class ContainerWatchTests
{
    private const string None = "[]";

    [Fact]
    public async Task What_runs_already_is_told_first_and_then_what_happens()
    {
        Script script = new([Running("old")], ["start new", "die new", "destroy new"]);
        Assert.Equal(["listed old", "started old", "started new", "died new", "destroyed new"], await script.FirstAsync(5));
    }

    [Fact]
    public async Task A_container_that_dies_before_it_has_a_process_is_only_told_dead()
    {
        Script script = new([None], ["start slow", "die slow"]) { ProcessId = 0 };
        Assert.Equal(["listed ", "died slow"], await script.FirstAsync(2));
    }

    [Fact]
    public async Task What_was_missed_while_docker_was_away_is_made_up_for()
    {
        Script script = new([Running("gone"), None], []);
        Assert.Equal(["listed gone", "started gone", "died gone", "destroyed gone", "listed "], await script.FirstAsync(5));
    }

    [Fact]
    public async Task A_running_container_that_is_renamed_or_comes_to_a_network_is_told_as_changed_and_a_network_is_no_container()
    {
        Script script = new([Running("old")], ["rename old", "rename unheard", "connect old network", "destroy net network", "disconnect old network"]);
        Assert.Equal(["listed old", "started old", "changed old", "changed old", "changed old", "listed old"], await script.FirstAsync(6));
    }

    private static string Running(string id) => "[{\"Id\":\"" + id + "\",\"State\":\"running\"}]";

    /// <summary>A Docker that lists what it is told to list at each subscription, and ends the first stream after its events.</summary>
    private sealed class Script(string[] listings, string[] events)
    {
        private readonly Channel<string> _told = Channel.CreateUnbounded<string>();
        private readonly ConcurrentDictionary<string, bool> _started = new();
        private int _subscriptions;

        internal int ProcessId { get; init; } = 42;

        internal async Task<List<string>> FirstAsync(int count)
        {
            await using FakeDockerd dockerd = await FakeDockerd.StartAsync(AnswerAsync);
            using DockerClient docker = new(dockerd.Host);
            FakeTimeProvider time = new();
            ContainerWatch watch = new(docker, [new Observer(_told.Writer, _started)], time, NullLogger<ContainerWatch>.Instance);
            await watch.StartAsync(default);
            List<string> told = [];
            while (told.Count < count)
            {
                ValueTask<string> next = _told.Reader.ReadAsync();
                while (!next.IsCompleted)
                {
                    time.Advance(TimeSpan.FromMilliseconds(100));
                    await Task.Yield();
                }

                told.Add(await next);
            }

            await watch.StopAsync(default);
            return told;
        }

        private async Task AnswerAsync(HttpContext context)
        {
            string path = context.Request.Path.Value!;
            if (path.EndsWith("/events", StringComparison.Ordinal))
            {
                bool first = ++_subscriptions == 1;
                await context.Response.StartAsync();
                foreach (string line in first ? events : [])
                {
                    string[] words = line.Split(' ');
                    await context.Response.WriteAsync(words is [var action, var container, "network"]
                        ? "{\"Type\":\"network\",\"Action\":\"" + action + "\",\"Actor\":{\"ID\":\"n1\",\"Attributes\":{\"container\":\"" + container + "\",\"name\":\"weave\"}}}\n"
                        : "{\"Action\":\"" + words[0] + "\",\"Actor\":{\"ID\":\"" + words[1] + "\"}}\n");
                    await context.Response.Body.FlushAsync();
                    await SettleAsync(words);
                }
            }
            else if (path.EndsWith("/containers/json", StringComparison.Ordinal))
            {
                await context.Response.WriteAsync(listings[Math.Clamp(_subscriptions - 1, 0, listings.Length - 1)]);
            }
            else
            {
                await context.Response.WriteAsync("{\"Id\":\"x\",\"State\":{\"Pid\":" + ProcessId + "}}");
            }
        }

        /// <summary>A real container lives a moment: the next event comes when its start was told.</summary>
        private async Task SettleAsync(string[] words)
        {
            while (words[0] == "start" && ProcessId > 0 && !_started.ContainsKey(words[1]))
            {
                await Task.Yield();
            }
        }

        private sealed class Observer(ChannelWriter<string> told, ConcurrentDictionary<string, bool> started) : IContainerObserver
        {
            public void OnContainerStarted(string container)
            {
                told.TryWrite($"started {container}");
                started[container] = true;
            }

            public void OnContainerDied(string container) => told.TryWrite($"died {container}");

            public void OnContainerDestroyed(string container) => told.TryWrite($"destroyed {container}");

            public void OnContainerChanged(string container) => told.TryWrite($"changed {container}");

            public void OnContainersListed(ContainerCensus census) => told.TryWrite($"listed {string.Join(',', census.Existing)}");
        }
    }
}
