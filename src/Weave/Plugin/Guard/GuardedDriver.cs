using System.Text;
using Microsoft.AspNetCore.Http;

namespace Weave.Plugin.Guard;

/// <summary>One of Docker's drivers while nobody knows whether the router is there: asks it, or answers in its place.</summary>
internal sealed class GuardedDriver : IDisposable
{
    /// <summary>The router gives every call up after 0.9 s.</summary>
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan SilentPatience = TimeSpan.FromMilliseconds(100);

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
        bool needsRouter = GuardAnswers.NeedsRouter(call);
        if ((needsRouter || _watch.IsThere) && await _watch.WaitAsync(context.RequestAborted).ConfigureAwait(false)
            && (!needsRouter || await _watch.WaitForSignAsync(context.RequestAborted).ConfigureAwait(false))
            && await AskRouterAsync(context, call, body.ToArray()).ConfigureAwait(false))
        {
            return;
        }

        string refusal = _watch.IsSilent ? GuardAnswers.SilentRefusal : GuardAnswers.Refusal;
        context.Response.StatusCode = own is not null ? StatusCodes.Status200OK
            : needsRouter ? StatusCodes.Status500InternalServerError
            : StatusCodes.Status404NotFound;
        await WriteAsync(context, Encoding.UTF8.GetBytes(own ?? $$"""{"Err":"{{refusal}}","Error":"{{refusal}}"}""")).ConfigureAwait(false);
    }

    /// <summary>
    /// Asks the router. One that is silent gets what tears down all the same, and will read it when it wakes; its answer is
    /// not waited for.
    /// </summary>
    /// <returns>False when the router has gone or fallen silent meanwhile.</returns>
    private async Task<bool> AskRouterAsync(HttpContext context, string call, byte[] body)
    {
        try
        {
            using ByteArrayContent content = new(body);
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
            limit.CancelAfter(_watch.IsSilent ? SilentPatience : AnswerPatience);
            using HttpResponseMessage answer = await _router.PostAsync(new Uri(call, UriKind.Relative), content, limit.Token).ConfigureAwait(false);
            byte[] text = await answer.Content.ReadAsByteArrayAsync(limit.Token).ConfigureAwait(false);
            context.Response.StatusCode = (int)answer.StatusCode;
            await WriteAsync(context, text).ConfigureAwait(false);
            return true;
        }
        catch (Exception gone) when (gone is HttpRequestException || (gone is OperationCanceledException && !context.RequestAborted.IsCancellationRequested))
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
