using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Weave.Core.Ipam;
using Weave.Docker;
using Weave.Persistence;
using Weave.Plugin;
using Weave.Tests.Fakes;
using Weave.Wire.Primitives;

namespace Weave.Tests.Plugin;

/// <summary>What Docker has from us is compared with what it says it has.</summary>
public sealed class PluginAddressesTests
{
    private const string Networks = """[{"Id":"n1","Name":"own","Driver":"weavemesh"},{"Id":"n2","Name":"bridged","Driver":"bridge"}]""";

    private readonly FakeAllocation _allocation = new();
    private readonly MemoryStateStore _store = new();
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task What_Docker_gave_back_unheard_is_freed_and_what_it_has_is_kept_whoever_uses_it()
    {
        await GiveAsync("10.32.0.10", "10.32.0.11", "10.32.0.12", "10.32.0.13", "10.32.0.14");
        await using FakeDockerd dockerd = await FakeDockerd.StartAsync(AnswerAsync);
        await RunAsync(dockerd, () => !IsGiven("10.32.0.14"));
        Assert.Equal(["10.32.0.10", "10.32.0.11", "10.32.0.12", "10.32.0.13"], Given());
    }

    /// <summary>Those of a release that kept its own list are Docker's as well.</summary>
    [Fact]
    public async Task An_address_on_the_list_of_an_earlier_release_is_freed_and_off_the_list()
    {
        await _allocation.ClaimAsync("10.32.0.14", Ipv4Cidr.Parse("10.32.0.14/12"), false, false, CancellationToken.None);
        _store.Commit([new KeyValuePair<string, byte[]?>(StateKeys.PluginAddresses + "10.32.0.14", "{}"u8.ToArray())]);
        await using FakeDockerd dockerd = await FakeDockerd.StartAsync(AnswerAsync);
        await RunAsync(dockerd, () => _store.Get(StateKeys.PluginAddresses + "10.32.0.14") is null);
        Assert.Empty(Given());
    }

    [Fact]
    public async Task While_Docker_does_not_answer_nothing_is_freed()
    {
        await GiveAsync("10.32.0.14");
        int asked = 0;
        List<bool> givenWhenAsked = [];
        await using FakeDockerd dockerd = await FakeDockerd.StartAsync(context =>
        {
            if (Interlocked.Increment(ref asked) > 3)
            {
                return AnswerAsync(context);
            }

            givenWhenAsked.Add(IsGiven("10.32.0.14"));
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return context.Response.WriteAsync("{}");
        });
        await RunAsync(dockerd, () => !IsGiven("10.32.0.14"));
        Assert.Equal([true, true, true], givenWhenAsked);
    }

    /// <summary>Docker tells of an endpoint only when it is made.</summary>
    [Fact]
    public async Task One_answer_without_an_address_is_not_enough()
    {
        await GiveAsync("10.32.0.14");
        int looks = 0;
        await using FakeDockerd dockerd = await FakeDockerd.StartAsync(async context =>
        {
            if (context.Request.Path.Value!.EndsWith("/networks", StringComparison.Ordinal))
            {
                looks++;
            }

            await (looks != 2 ? AnswerAsync(context) : context.Response.WriteAsync(
                context.Request.Path.Value.EndsWith("/networks", StringComparison.Ordinal) ? Networks : Network("n1", "10.32.0.14")));
            Assert.True(looks > 3 || IsGiven("10.32.0.14"), $"it was freed after {looks} looks");
        });
        await RunAsync(dockerd, () => !IsGiven("10.32.0.14"));
        Assert.Equal(4, looks);
    }

    [Fact]
    public async Task Where_nobody_can_be_asked_nothing_is_freed()
    {
        await GiveAsync("10.32.0.14");
        using PluginAddresses addresses = Make(null);
        await addresses.StartAsync(CancellationToken.None);
        await addresses.ExecuteTask!;
        Assert.True(IsGiven("10.32.0.14"));
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path.Value!;
        await context.Response.WriteAsync(
            path.EndsWith("/networks", StringComparison.Ordinal) ? Networks : Network(path[(path.LastIndexOf('/') + 1)..], path.EndsWith("n1", StringComparison.Ordinal) ? "10.32.0.12" : "10.32.0.13"));
    }

    private static string Network(string id, string member) =>
        $$$"""
        {"Id":"{{{id}}}","IPAM":{"Config":[{"Subnet":"10.32.0.0/12","Gateway":"10.32.0.10/12","AuxiliaryAddresses":{"printer":"10.32.0.11"} } ]},
         "Containers":{"ep-1":{"IPv4Address":"{{{member}}}/12"} } }
        """;

    private async Task GiveAsync(params string[] addresses)
    {
        foreach (string address in addresses)
        {
            await _allocation.ClaimAsync("_", Ipv4Cidr.Parse(address + "/12"), false, false, CancellationToken.None, engine: EngineUse.Endpoint);
        }
    }

    private async Task RunAsync(FakeDockerd dockerd, Func<bool> until)
    {
        using DockerClient docker = new(dockerd.Host);
        using PluginAddresses addresses = Make(new EngineAddresses(docker));
        await addresses.StartAsync(CancellationToken.None);
        while (!until())
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await addresses.StopAsync(CancellationToken.None);
    }

    private PluginAddresses Make(EngineAddresses? engine)
    {
        FakeLinks links = new();
        EndpointTable endpoints = new(links, new EndpointMark(new FakeSysctls()), NullLogger<EndpointTable>.Instance);
        return new PluginAddresses(_store, endpoints, _allocation, _time, NullLogger<PluginAddresses>.Instance, engine);
    }

    private bool IsGiven(string address) => Given().Contains(address);

    private List<string> Given() => [.. _allocation.LookupAsync("", null, CancellationToken.None).Result.Select(cidr => $"{cidr.Address}")];
}
