using System.Text;
using Microsoft.AspNetCore.Http;

namespace Weave.Status;

/// <summary>Replies in the manner of the original's HTTP library.</summary>
internal static class HttpReplies
{
    /// <summary>Text as it stands; an empty one has no content type.</summary>
    internal static Task TextAsync(this HttpResponse response, string text, int status = StatusCodes.Status200OK) =>
        response.BytesAsync(Encoding.UTF8.GetBytes(text), text.Length > 0 ? "text/plain; charset=utf-8" : null, status);

    /// <summary>An error: one line.</summary>
    internal static Task ErrorAsync(this HttpResponse response, int status, string message)
    {
        response.Headers.XContentTypeOptions = "nosniff";
        return response.TextAsync(message + "\n", status);
    }

    internal static Task BytesAsync(this HttpResponse response, byte[] body, string? contentType, int status = StatusCodes.Status200OK)
    {
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body, response.HttpContext.RequestAborted).AsTask();
    }
}
