using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Weave.Status;

namespace Weave.Daemon;

/// <summary>What is settled for every request before its route is looked for.</summary>
/// <remarks>
/// Doors on a loopback address have no other lock than that only this host reaches them, and a browser on this host takes
/// requests from any page that it shows: such a page is told by its Origin, and by a name of its own in Host when that name
/// was made to point here. docs/security.md has what this is part of.
/// </remarks>
internal static class DoorKeeper
{
    /// <summary>The host name that the command line gives in its requests.</summary>
    private const string CommandLine = "weave";

    internal static void KeepDoors(this WebApplication app)
    {
        app.Use(AnswerMalformedAsync);
        app.Use(RefusePagesAsync);
    }

    /// <summary>A request through a loopback address comes from this host's own programs, as far as its headers tell.</summary>
    /// <param name="host">The header Host, with or without a port; empty if there is none.</param>
    /// <param name="origin">The header Origin, which browsers add to what a page asks for; null if there is none.</param>
    internal static bool IsLocalProgram(string host, string? origin) =>
        IsLoopbackName(new HostString(host).Host) && (origin is null || (Uri.TryCreate(origin, UriKind.Absolute, out Uri? page) && IsLoopbackName(page.Host)));

    private static bool IsLoopbackName(string name) => name is "" or "localhost" or CommandLine
        || (IPAddress.TryParse(name.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));

    private static Task RefusePagesAsync(HttpContext context, RequestDelegate next)
    {
        HttpRequest request = context.Request;
        string? origin = request.Headers.Origin is [{ Length: > 0 } given, ..] ? given : null;
        bool throughLoopback = context.Connection.LocalIpAddress is { } local && IPAddress.IsLoopback(local);
        return !throughLoopback || IsLocalProgram(request.Host.Value ?? "", origin)
            ? next(context)
            : context.Response.ErrorAsync(StatusCodes.Status403Forbidden, "refused: this address is for programs of this host; Host or Origin names another");
    }

    /// <summary>A form, header or body that cannot be read is the caller's mistake, wherever it is found out.</summary>
    private static async Task AnswerMalformedAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (Exception malformed) when (malformed is BadHttpRequestException or InvalidDataException or DecoderFallbackException && !context.Response.HasStarted)
        {
            int status = malformed is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status400BadRequest;
            await context.Response.ErrorAsync(status, $"the request cannot be read: {malformed.Message}").ConfigureAwait(false);
        }
    }
}
