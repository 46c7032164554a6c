using Microsoft.AspNetCore.Http;
using Weave.Cli;
using Weave.Cli.Commands;
using Weave.Docker.Model;
using Weave.Tests.Fakes;

namespace Weave.Tests.Cli;

public sealed class ForeignContainerTests
{
    [Theory]
    [InlineData("weave/weave:2.8.2", null, true)]
    [InlineData("weaveworks/weave:2.8.1", null, true)]
    [InlineData("registry.example:5000/weaveworks/weave:2.8.1", null, true)]
    [InlineData("docker.io/weaveworks/weave@sha256:0123", null, true)]
    [InlineData("weaveworks/weavedb", null, true)]
    [InlineData("registry.example/ours", "weavevolumes", true)]
    [InlineData("nginx", null, false)]
    [InlineData("weave", null, false)]
    [InlineData("evilweaveworks/weave:1", null, false)]
    [InlineData("localhost:5000/weave", null, false)]
    [InlineData("sha256:0123456789ab", null, false)]
    public void A_router_is_told_by_its_label_or_its_image(string image, string? label, bool router)
    {
        Dictionary<string, string>? labels = label is null ? null : new() { [label] = "" };
        Assert.Equal(router, WeaveContainer.IsRouter(new ContainerDetails { Id = "1", Config = new ContainerConfig { Image = image, Labels = labels } }));
    }

    [Theory]
    [InlineData("/weavedb", true)]
    [InlineData("/data", false)]
    public void The_container_of_the_originals_record_is_told_by_its_volume(string mount, bool router) =>
        Assert.Equal(router, WeaveContainer.IsRouter(new ContainerDetails { Id = "1", Config = new ContainerConfig { Image = "x" }, Mounts = [new MountPoint("volume", "v", "/v", mount, RW: true)] }));

    [Theory]
    [InlineData("stop")]
    [InlineData("reset")]
    [InlineData("reset --force")]
    public async Task A_container_of_somebody_else_that_has_the_name_is_left_alone(string line)
    {
        await using FakeDockerd dockerd = await FakeDockerd.StartAsync(context => context.Request.Path.Value switch
        {
            "/_ping" => context.Response.WriteAsync("OK"),
            var path when path!.EndsWith("/containers/weave/json", StringComparison.Ordinal) =>
                context.Response.WriteAsync("""{"Id":"1","Name":"/weave","State":{"Running":true},"Config":{"Image":"nginx:1"}}"""),
            _ => Absent(context),
        });
        using CliContext context = new(new CliEnvironment(name => name == "DOCKER_HOST" ? dockerd.Host : null), TextWriter.Null, TextWriter.Null, IsLocal: true, CancellationToken.None);
        string[] words = line.Split(' ');
        CommandException refusal = await Assert.ThrowsAsync<CommandException>(() =>
            words[0] == "stop" ? StopCommand.RunAsync(context, words[1..]) : ResetCommand.RunAsync(context, words[1..]));
        Assert.Contains("'weave' is not Weave Net's (its image is nginx:1)", refusal.Message, StringComparison.Ordinal);
        Assert.All(dockerd.Requests, request => Assert.StartsWith("GET ", request, StringComparison.Ordinal));
    }

    private static Task Absent(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return context.Response.WriteAsync("""{"message":"no"}""");
    }
}
