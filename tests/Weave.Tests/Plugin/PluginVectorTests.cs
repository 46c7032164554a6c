using System.Text.Json;
using System.Text.RegularExpressions;
using Weave.Tests.Support;

namespace Weave.Tests.Plugin;

/// <summary>The conversation recorded from the original, held again with ours.</summary>
public sealed partial class PluginVectorTests
{
    [Fact]
    public async Task Every_recorded_call_is_answered_as_the_original_answered()
    {
        await using PluginHost host = await PluginHost.StartAsync();
        foreach (JsonElement call in Vectors.Json("http/plugin.json").GetProperty("calls").EnumerateArray())
        {
            string path = call.GetProperty("path").GetString()!;
            string request = call.GetProperty("request").GetRawText();
            (int status, string? contentType, string body) = await host.CallAsync(call.GetProperty("socket").GetString()!, path, request);
            string what = $"{path} {request}: {body}";
            Assert.True(call.GetProperty("status").GetString()!.StartsWith($"HTTP/1.1 {status} ", StringComparison.Ordinal), what);
            Assert.Equal("text/plain; charset=utf-8", contentType);
            string expected = call.GetProperty("response").GetString()!;
            switch (status)
            {
                case 400:
                    Assert.StartsWith("Unable to decode JSON payload: ", body, StringComparison.Ordinal);
                    break;
                case 500:
                    Assert.Equal(JsonDocument.Parse(expected).RootElement.GetProperty("Err").GetString(), JsonDocument.Parse(body).RootElement.GetProperty("Err").GetString());
                    break;
                default:
                    Assert.True(WithoutMac(expected) == WithoutMac(body), what);
                    break;
            }
        }
    }

    private static string WithoutMac(string text) => Mac().Replace(text, "(a MAC)");

    [GeneratedRegex("([0-9a-f]{2}:){5}[0-9a-f]{2}")]
    private static partial Regex Mac();
}
