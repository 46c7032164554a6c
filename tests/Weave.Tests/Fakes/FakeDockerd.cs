using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Weave.Tests.Fakes;

/// <summary>A dockerd that answers what a test says, on a unix socket of its own.</summary>
internal sealed class FakeDockerd : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _directory = Directory.CreateTempSubdirectory("weave-docker").FullName;

    private FakeDockerd(RequestDelegate answer)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(Path.Combine(_directory, "docker.sock")));
        _app = builder.Build();
        _app.Run(async context =>
        {
            Requests.Add($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
            await answer(context);
        });
    }

    internal string Host => $"unix://{_directory}/docker.sock";

    internal List<string> Requests { get; } = [];

    internal static async Task<FakeDockerd> StartAsync(RequestDelegate answer)
    {
        FakeDockerd dockerd = new(answer);
        await dockerd._app.StartAsync();
        return dockerd;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
