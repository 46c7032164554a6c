using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Weave.Daemon;
using Weave.Docker;
using Weave.Names;
using Weave.Persistence;
using Weave.Plugin;
using Weave.Tests.Fakes;
using Weave.Wire.Primitives;

namespace Weave.Tests.Plugin;

/// <summary>The names of containers that Docker has put on our networks.</summary>
public sealed class ContainerTenderTests : INameRegistry
{
    private readonly Channel<string> _told = Channel.CreateUnbounded<string>();
    private volatile string _networks = Network("10.32.0.1");
    private volatile string _name = "old";
    private Action? _whenFirstNamed;

    public string Domain => "weave.local.";

    [Fact]
    public async Task A_container_that_is_renamed_answers_to_its_new_name_and_no_more_to_the_old_one()
    {
        await using FakeDockerd dockerd = await FakeDockerd.StartAsync(AnswerAsync);
        using DockerClient docker = new(dockerd.Host);
        using ContainerTender tender = Tender(docker);
        tender.OnContainerStarted("c1");
        await HearAsync("+ host.weave.local. 10.32.0.1", "+ old.weave.local. 10.32.0.1");
        _name = "new";
        tender.OnContainerChanged("c1");
        await HearAsync("+ host.weave.local. 10.32.0.1", "+ new.weave.local. 10.32.0.1", "- old.weave.local. 10.32.0.1");
    }

    [Fact]
    public async Task A_container_that_was_renamed_or_moved_while_docker_was_away_is_put_right_when_it_is_back()
    {
        await using FakeDockerd dockerd = await FakeDockerd.StartAsync(AnswerAsync);
        using DockerClient docker = new(dockerd.Host);
        using ContainerTender tender = Tender(docker);
        tender.OnContainerStarted("c1");
        await HearAsync("+ host.weave.local. 10.32.0.1", "+ old.weave.local. 10.32.0.1");
        _networks = Network("10.32.0.9");
        tender.OnContainerStarted("c1");
        await HearAsync("+ host.weave.local. 10.32.0.9", "+ old.weave.local. 10.32.0.9", "- host.weave.local. 10.32.0.1", "- old.weave.local. 10.32.0.1");
    }

    [Fact]
    public async Task A_container_that_comes_to_our_network_gets_names_and_loses_them_when_it_leaves()
    {
        await using FakeDockerd dockerd = await FakeDockerd.StartAsync(AnswerAsync);
        using DockerClient docker = new(dockerd.Host);
        using ContainerTender tender = Tender(docker);
        _networks = "";
        tender.OnContainerStarted("c1");
        _networks = Network("10.32.0.1"); // whether the first look sees it or not
        tender.OnContainerChanged("c1");
        await HearAsync("+ host.weave.local. 10.32.0.1", "+ old.weave.local. 10.32.0.1");
        while (_told.Reader.TryRead(out _))
        {
        }

        _networks = "";
        tender.OnContainerChanged("c1");
        List<string> heard = [];
        while (!heard.Contains("- old.weave.local. 10.32.0.1"))
        {
            heard.Add(await _told.Reader.ReadAsync());
        }

        Assert.Contains("- host.weave.local. 10.32.0.1", heard);
    }

    [Fact]
    public async Task A_container_that_starts_again_while_it_is_named_keeps_the_names_of_its_next_life()
    {
        await using FakeDockerd dockerd = await FakeDockerd.StartAsync(AnswerAsync);
        using DockerClient docker = new(dockerd.Host);
        using ContainerTender tender = Tender(docker);
        _whenFirstNamed = () =>
        {
            tender.OnContainerDied("c1");
            tender.OnContainerStarted("c1");
        };
        tender.OnContainerStarted("c1");
        await HearAsync("+ host.weave.local. 10.32.0.1", "+ old.weave.local. 10.32.0.1", "-  ", "+ host.weave.local. 10.32.0.1", "+ old.weave.local. 10.32.0.1");
    }

    [Fact]
    public async Task Nothing_is_told_of_a_container_that_nobody_has_started()
    {
        await using FakeDockerd dockerd = await FakeDockerd.StartAsync(AnswerAsync);
        using DockerClient docker = new(dockerd.Host);
        using ContainerTender tender = Tender(docker);
        tender.OnContainerChanged("c1");
        Assert.Empty(dockerd.Requests);
    }

    public Task RegisterAsync(string container, string fqdn, Ipv4Address address, CancellationToken cancel)
    {
        Interlocked.Exchange(ref _whenFirstNamed, null)?.Invoke();
        return Tell($"+ {fqdn} {address}");
    }

    public Task DeleteAsync(string? container, string? fqdn, Ipv4Address? address, CancellationToken cancel) => Tell($"- {fqdn} {address}");

    public void OnContainerStarted(string container) => throw new NotSupportedException();

    public void OnContainerDied(string container, long? heardAt = null) => throw new NotSupportedException();

    public void OnContainerDestroyed(string container) => throw new NotSupportedException();

    private static string Network(string address) => $$"""
        "weave":{"NetworkID":"n1","IPAddress":"{{address}}"}
        """;

    private ContainerTender Tender(DockerClient docker)
    {
        PluginNetworks networks = new(new MemoryStateStore());
        networks.Add("n1", new PluginNetwork(Multicast: false, []));
        return new ContainerTender(docker, networks, this, null!, new DaemonOptions(), NullLogger<ContainerTender>.Instance);
    }

    private Task AnswerAsync(HttpContext context) => context.Response.WriteAsync($$"""
        {"Id":"c1","Name":"/{{_name}}","HostsPath":"","State":{"Pid":0},"Config":{"Hostname":"host","Domainname":"weave.local."},"NetworkSettings":{"Networks":{ {{_networks}} } } }
        """);

    private Task Tell(string what)
    {
        _told.Writer.TryWrite(what);
        return Task.CompletedTask;
    }

    private async Task HearAsync(params string[] expected)
    {
        List<string> heard = [];
        while (heard.Count < expected.Length)
        {
            heard.Add(await _told.Reader.ReadAsync());
        }

        Assert.Equal(expected, heard);
    }
}
