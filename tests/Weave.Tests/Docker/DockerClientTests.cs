using Microsoft.AspNetCore.Http;
using Weave.Docker;
using Weave.Docker.Model;
using Weave.Tests.Fakes;

namespace Weave.Tests.Docker;

public sealed class DockerClientTests
{
    [Theory]
    [InlineData("1.41", "/v1.41/version")]
    [InlineData("1.44", "/v1.44/version")]
    [InlineData("1.52", "/v1.44/version")]
    [InlineData("nonsense", "/v1.44/version")]
    public async Task The_lower_version_of_the_two_is_spoken(string servers, string asked)
    {
        await using FakeDockerd dockerd = await FakeDockerd.StartAsync(context =>
        {
            context.Response.Headers["Api-Version"] = servers;
            return context.Response.WriteAsync("""{"Version":"20.10.24","ApiVersion":"1.41"}""");
        });
        using DockerClient docker = new(dockerd.Host);
        Assert.Equal("20.10.24", (await docker.VersionAsync(default)).Version);
        await docker.VersionAsync(default);
        Assert.Equal(["GET /_ping", $"GET {asked}", $"GET {asked}"], dockerd.Requests);
    }

    [Fact]
    public async Task What_does_not_exist_is_null_and_other_refusals_carry_dockers_words()
    {
        await using FakeDockerd dockerd = await FakeDockerd.StartAsync(context =>
        {
            if (context.Request.Path == "/_ping")
            {
                return Ok(context, "OK");
            }

            context.Response.StatusCode = context.Request.Path.Value!.EndsWith("/json", StringComparison.Ordinal) ? 404 : 409;
            return context.Response.WriteAsync("""{"message":"no way"}""");
        });
        using DockerClient docker = new(dockerd.Host);
        Assert.Null(await docker.Containers.InspectAsync("nobody", default));
        DockerException refusal = await Assert.ThrowsAsync<DockerException>(() => docker.Containers.StartAsync("nobody", default));
        Assert.Equal("no way", refusal.Message);
        Assert.Equal(System.Net.HttpStatusCode.Conflict, refusal.Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    public async Task What_cannot_be_a_name_does_not_exist(string name)
    {
        await using FakeDockerd dockerd = await FakeDockerd.StartAsync(context =>
        {
            context.Response.StatusCode = 301; // to a path with the empty part left out, as dockerd does
            return Task.CompletedTask;
        });
        using DockerClient docker = new(dockerd.Host);
        Assert.Null(await docker.Containers.InspectAsync(name, default));
    }

    [Fact]
    public async Task A_daemon_that_is_not_there_is_named()
    {
        using DockerClient docker = new("unix:///nowhere/docker.sock");
        DockerException unreachable = await Assert.ThrowsAsync<DockerException>(() => docker.VersionAsync(default));
        Assert.StartsWith("Cannot connect to the Docker daemon at unix:///nowhere/docker.sock", unreachable.Message, StringComparison.Ordinal);
        Assert.Null(unreachable.Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("docker")]
    [InlineData("tcp://host")]
    [InlineData("http://host:port")]
    public void An_address_that_is_none_is_refused(string host) => Assert.Throws<DockerException>(() => new DockerClient(host));

    [Fact]
    public async Task A_commands_output_is_taken_apart_by_stream()
    {
        byte[] stream = [1, 0, 0, 0, 0, 0, 0, 3, (byte)'o', (byte)'u', (byte)'t', 2, 0, 0, 0, 0, 0, 0, 2, (byte)'n', (byte)'o', 1, 0, 0, 0, 0, 0, 0, 1, (byte)'!'];
        await using FakeDockerd dockerd = await FakeDockerd.StartAsync(async context =>
        {
            switch (context.Request.Path.Value![^6..])
            {
                case "/start":
                    await context.Response.Body.WriteAsync(stream);
                    break;
                case "1/json":
                    await Ok(context, """{"Running":false,"ExitCode":7}""");
                    break;
                default:
                    await Ok(context, """{"Id":"e1"}""");
                    break;
            }
        });
        using DockerClient docker = new(dockerd.Host);
        ExecResult result = await docker.Containers.ExecAsync("c", ["false"], default);
        Assert.Equal(new ExecResult(7, new DockerOutput("out!", "no")), result);
    }

    [Fact]
    public async Task A_bad_archive_is_an_error_although_the_status_was_good()
    {
        await using FakeDockerd dockerd = await FakeDockerd.StartAsync(context => Ok(context, "{\"stream\":\"Loading\"}\n{\"error\":\"not a tar\"}\n"));
        using DockerClient docker = new(dockerd.Host);
        using MemoryStream archive = new([1, 2, 3]);
        DockerException refusal = await Assert.ThrowsAsync<DockerException>(() => docker.Images.LoadAsync(archive, default));
        Assert.Equal("not a tar", refusal.Message);
    }

    [Fact]
    public async Task Events_are_read_as_they_come_with_old_and_new_fields()
    {
        await using FakeDockerd dockerd = await FakeDockerd.StartAsync(context => Ok(
            context,
            """{"status":"start","id":"c1","from":"img","Type":"container","Action":"start","Actor":{"ID":"c1","Attributes":{}},"scope":"local","time":1}""" + "\n"
            + """{"Type":"container","Action":"die","Actor":{"ID":"c1","Attributes":{"exitCode":"0"}}}""" + "\n"));
        using DockerClient docker = new(dockerd.Host);
        bool subscribed = false;
        List<ContainerEvent> events = [];
        await foreach (ContainerEvent happened in docker.Events.ContainersAsync(() => subscribed = true, default))
        {
            events.Add(happened);
        }

        Assert.True(subscribed);
        Assert.Equal([new ContainerEvent("start", new EventActor("c1")), new ContainerEvent("die", new EventActor("c1"))], events);
    }

    private static Task Ok(HttpContext context, string body) => context.Response.WriteAsync(body);
}
