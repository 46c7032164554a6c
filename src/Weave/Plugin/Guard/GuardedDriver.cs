using System.Text;
using Microsoft.AspNetCore.Http;

namespace Weave.Plugin.Guard;

/// <summary>One of Docker's drivers while nobody knows whether the router is there: asks it, or answers in its place.</summary>
internal sealed class GuardedDriver : IDisposable
{
    /// <summary>The router gives every call up after 0.9 s.</summary>
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(2);

    private const int MostMissed = 10_000;

    /// <summary>What tears down, and was answered for a silent router, in order.</summary>
    private readonly Queue<(string Call, byte[] Body)> _missed = new();
    private readonly string _name;
    private readonly RouterWatch _watch;
    private readonly HttpClient _router;

    internal GuardedDriver(string path, RouterWatch watch)
    {
        _name = DefaultNetworkService.DriverNameOf(path);
        _watch = watch;
        _watch.Woke = TellMissedAsync;
        _watch.Gone = Forget;
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
        if (!needsRouter && own is not null && _watch.IsSilent)
        {
            Remember(call, body.ToArray());
        }
        else if ((needsRouter || _watch.IsThere) && await _watch.WaitAsync(context.RequestAborted).ConfigureAwait(false)
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

    private void Remember(string call, byte[] body)
    {
        lock (_missed)
        {
            if (_missed.Count < MostMissed)
            {
                _missed.Enqueue((call, body));
            }
        }
    }

    /// <summary>The router has ended: the next one puts its books in order by itself.</summary>
    private void Forget()
    {
        lock (_missed)
        {
            _missed.Clear();
        }
    }

    /// <summary>Tells a router that woke what was answered in its place, before Docker is sent to it again.</summary>
    private async Task TellMissedAsync(CancellationToken stop)
    {
        while (TryNext(out (string Call, byte[] Body) missed))
        {
            try
            {
                using ByteArrayContent content = new(missed.Body);
                using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
                limit.CancelAfter(AnswerPatience);
                using HttpResponseMessage answer = await _router.PostAsync(new Uri(missed.Call, UriKind.Relative), content, limit.Token).ConfigureAwait(false);
            }
            catch (Exception gone) when (gone is HttpRequestException or OperationCanceledException)
            {
                return; // it has fallen silent again, or has ended: in either case that is noticed elsewhere
            }
        }
    }

    private bool TryNext(out (string Call, byte[] Body) missed)
    {
        lock (_missed)
        {
            return _missed.TryDequeue(out missed);
        }
    }

    /// <summary>Asks the router.</summary>
    /// <returns>False when the router has gone or fallen silent meanwhile.</returns>
    private async Task<bool> AskRouterAsync(HttpContext context, string call, byte[] body)
    {
        try
        {
            using ByteArrayContent content = new(body);
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
            limit.CancelAfter(AnswerPatience);
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
