using System.Text;
using Microsoft.AspNetCore.Http;

namespace Weave.Plugin.Guard;

/// <summary>One of Docker's drivers while nobody knows whether the router is there: asks it, or answers in its place.</summary>
internal sealed class GuardedDriver : IDisposable
{
    private readonly string _name;
    private readonly RouterWatch _watch;
    private readonly HttpClient _router;

    internal GuardedDriver(string path, RouterWatch watch)
    {
        _name = DefaultNetworkService.DriverNameOf(path);
        _watch = watch;
        _router = new HttpClient(new SocketsHttpHandler { ConnectCallback = (_, cancel) => watch.ConnectAsync(cancel), UseProxy = false })
        {
            BaseAddress = new Uri("http://router"),
        };
    }

    public void Dispose() => _router.Dispose();

    internal async Task ServeAsync(HttpContext context)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
        string call = context.Request.Path.Value ?? "";
        string? own = GuardAnswers.For(_name, call);

        // Docker shall look for the router again with its next call, instead of staying with us.
        context.Response.Headers.Connection = "close";
        if ((GuardAnswers.NeedsRouter(call) || _watch.IsThere) && await _watch.WaitAsync(context.RequestAborted).ConfigureAwait(false)
            && await AskRouterAsync(context, call, body.ToArray()).ConfigureAwait(false))
        {
            return;
        }

        context.Response.StatusCode = own is not null ? StatusCodes.Status200OK
            : GuardAnswers.NeedsRouter(call) ? StatusCodes.Status500InternalServerError
            : StatusCodes.Status404NotFound;
        await WriteAsync(context, Encoding.UTF8.GetBytes(own ?? $$"""{"Err":"{{GuardAnswers.Refusal}}","Error":"{{GuardAnswers.Refusal}}"}""")).ConfigureAwait(false);
    }

    /// <returns>False when the router has gone meanwhile.</returns>
    private async Task<bool> AskRouterAsync(HttpContext context, string call, byte[] body)
    {
        try
        {
            using ByteArrayContent content = new(body);
            using HttpResponseMessage answer = await _router.PostAsync(new Uri(call, UriKind.Relative), content, context.RequestAborted).ConfigureAwait(false);
            byte[] text = await answer.Content.ReadAsByteArrayAsync(context.RequestAborted).ConfigureAwait(false);
            context.Response.StatusCode = (int)answer.StatusCode;
            await WriteAsync(context, text).ConfigureAwait(false);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static Task WriteAsync(HttpContext context, byte[] body)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, 0, body.Length);
    }
}
