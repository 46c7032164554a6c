using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Weave.Docker.Model;

namespace Weave.Docker;

/// <summary>Small things that several groups of calls share.</summary>
internal static class DockerQuery
{
    /// <summary>The <c>filters</c> parameter: a JSON map from key to values.</summary>
    internal static string Filters(Dictionary<string, string[]> filters) =>
        Uri.EscapeDataString(JsonSerializer.Serialize(filters, DockerJson.Default.DictionaryStringStringArray));

    /// <summary>False when the call found nothing to act upon.</summary>
    internal static async Task<bool> ExistedAsync(Func<Task> call)
    {
        try
        {
            await call().ConfigureAwait(false);
            return true;
        }
        catch (DockerException absent) when (absent.Status == HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    internal static StreamContent Tar(Stream tar)
    {
        StreamContent content = new(tar);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        return content;
    }
}
