using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Weave.Daemon;
using Weave.Docker;
using Weave.Persistence;
using Weave.Plugin;
using Weave.Status;
using Weave.Tests.Fakes;

namespace Weave.Tests.Plugin;

/// <summary>The network <c>weave</c> is there and as it should be, whoever removes it and whatever range it was made for.</summary>
public sealed class DefaultNetworkRepairTests : IAsyncLifetime
{
    private const string Members = """{"c1":{"Name":"web"}}""";

    private readonly FakeTimeProvider _time = new();
    private readonly PluginNetworks _networks = new(new MemoryStateStore());
    private readonly ApplicationLifetime _lifetime = new(NullLogger<ApplicationLifetime>.Instance);
    private readonly FakeAllocation _allocation = new();
    private readonly ProblemBoard _problems;
    private FakeDockerd? _dockerd;
    private DockerClient? _docker;
    private DefaultNetworkService? _service;
    private volatile string? _subnet;
    private volatile string _driver = "weavemesh";
    private volatile string _members = "{}";
    private int _made;

    public DefaultNetworkRepairTests() => _problems = new ProblemBoard(_time, NullLogger<ProblemBoard>.Instance);

    public async ValueTask InitializeAsync()
    {
        _dockerd = await FakeDockerd.StartAsync(AnswerAsync);
        _docker = new DockerClient(_dockerd.Host);
        _service = new DefaultNetworkService(
            _docker, new DaemonOptions { Plugin = true }, _allocation, _networks, new EngineFacts(), new Readiness(), _lifetime,
            _time, NullLogger<DefaultNetworkService>.Instance, _problems);
    }

    public async ValueTask DisposeAsync()
    {
        await _service!.StopAsync(CancellationToken.None);
        _service.Dispose();
        _docker!.Dispose();
        await _dockerd!.DisposeAsync();
    }

    [Fact]
    public async Task A_network_that_somebody_removes_is_made_anew()
    {
        await StartAsync();
        await UntilAsync(() => _made == 1);
        _subnet = null;
        _networks.Remove("n1");
        await UntilAsync(() => _made == 2);
    }

    [Fact]
    public async Task One_that_is_removed_on_purpose_is_not()
    {
        await StartAsync();
        await UntilAsync(() => _made == 1);
        _service!.GiveUp();
        _subnet = null;
        _networks.Remove("n1");
        await UntilAsync(() => _service.ExecuteTask!.IsCompleted);
        Assert.Equal(1, _made);
    }

    [Fact]
    public async Task One_of_an_earlier_range_is_replaced_when_nobody_is_on_it()
    {
        _subnet = "10.99.0.0/16";
        await StartAsync();
        await UntilAsync(() => _made == 1);
        Assert.Equal(_allocation.DefaultSubnet.ToString(), _subnet);
        Assert.Empty(_problems.Texts());
    }

    [Fact]
    public async Task One_with_containers_on_it_stays_and_is_told_of_until_they_have_left()
    {
        (_subnet, _members) = ("10.99.0.0/16", Members);
        await StartAsync();
        await UntilAsync(() => _problems.Texts().Count > 0);
        string problem = Assert.Single(_problems.Texts());
        Assert.Contains("10.99.0.0/16 of an earlier --ipalloc-range", problem, StringComparison.Ordinal);
        Assert.Contains("disconnect the containers on it (web)", problem, StringComparison.Ordinal);
        Assert.Equal(0, _made);
        _members = "{}";
        await UntilAsync(() => _made == 1 && _problems.Texts().Count == 0);
    }

    [Fact]
    public async Task One_of_another_driver_is_nobodys_to_remove()
    {
        (_subnet, _driver) = ("172.30.0.0/16", "bridge");
        await StartAsync();
        await UntilAsync(() => _problems.Texts().Count > 0);
        Assert.Contains("is of the driver 'bridge'", Assert.Single(_problems.Texts()), StringComparison.Ordinal);
        await _service!.StopAsync(CancellationToken.None); // nobody adds to the requests any more
        Assert.DoesNotContain(_dockerd!.Requests, request => request.StartsWith("DELETE", StringComparison.Ordinal));
    }

    private async Task StartAsync()
    {
        await _service!.StartAsync(CancellationToken.None);
        _lifetime.NotifyStarted();
    }

    /// <summary>Passes time until it is so.</summary>
    private async Task UntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(1));
        while (!condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }

    private Task AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path.Value!;
        string network = $$$"""{"Id":"n1","Name":"weave","Driver":"{{{_driver}}}","IPAM":{"Driver":"{{{_driver}}}","Config":[{"Subnet":"{{{_subnet}}}"}]},"Containers":{{{_members}}} }""";
        (int status, string body) = (context.Request.Method, path) switch
        {
            ("POST", _) when path.EndsWith("/networks/create", StringComparison.Ordinal) => Make(),
            ("DELETE", _) => Remove(),
            _ when path.EndsWith("/networks/weave", StringComparison.Ordinal) => _subnet is null ? (404, """{"message":"no"}""") : (200, network),
            _ when path.EndsWith("/networks", StringComparison.Ordinal) => (200, _subnet is null ? "[]" : $"[{network}]"),
            _ => (200, """{"ApiVersion":"1.41"}"""),
        };
        context.Response.StatusCode = status;
        return status == StatusCodes.Status204NoContent ? Task.CompletedTask : context.Response.WriteAsync(body);
    }

    private (int Status, string Body) Make()
    {
        _subnet = _allocation.DefaultSubnet.ToString();
        Interlocked.Increment(ref _made);
        return (201, """{"Id":"n1"}""");
    }

    private (int Status, string Body) Remove()
    {
        _subnet = null;
        _networks.Remove("n1"); // Docker calls its driver
        return (204, "");
    }
}
