using System.Text.Json;
using Weave.Core.Ipam;
using Weave.Tests.Support;

namespace Weave.Tests.Ipam;

public sealed class IpamEndpointsTests
{
    /// <summary>Requests of the recorded run whose replies do not depend on other peers, in their order.</summary>
    private static readonly (string Node, string Method, string Url)[] Replayed =
    [
        ("host1", "GET", "/ip"), ("host1", "GET", "/ipinfo/defaultsubnet"), ("host1", "GET", "/ipinfo/tracker"),
        ("host1", "POST", "/ip/1111"), ("host1", "GET", "/ring"), ("host1", "POST", "/ip/1111"), ("host1", "GET", "/ip/1111"),
        ("host1", "GET", "/ip/nobody"), ("host1", "GET", "/ip"), ("host1", "POST", "/ip/_"), ("host1", "POST", "/ip/1111"),
        ("host1", "GET", "/ip/1111"), ("host1", "POST", "/ip/x/"), ("host1", "POST", "/ip/x/"), ("host1", "POST", "/ip/x/"),
        ("host1", "POST", "/ip/x/"), ("host2", "PUT", "/ip/claimer/"), ("host2", "PUT", "/ip/ext/"), ("host2", "PUT", "/ip/ext2/"),
        ("host2", "PUT", "/ip/_/"), ("host2", "PUT", "/ip/y/"), ("host1", "DELETE", "/ip/nobody"),
        ("host2", "DELETE", "/ip/claimer/"), ("host2", "DELETE", "/ip/claimer/"),
    ];

    [Fact]
    public async Task Replies_are_the_original_s_in_code_type_and_text()
    {
        await using LonelyDaemon daemon = await LonelyDaemon.StartAsync();
        List<JsonElement> recorded = [.. Vectors.Json("http/plain3.json").EnumerateArray().Where(row => row.TryGetProperty("url", out _))];
        int at = 0;
        foreach ((string node, string method, string url) in Replayed)
        {
            at = recorded.FindIndex(at, row => Is(row, node, method, url));
            Assert.True(at >= 0, $"{method} {url} is not recorded");
            await CompareAsync(daemon, recorded[at++]);
        }
    }

    [Theory]
    [InlineData("DELETE", "/peer/zzz", 200, "0 IPs taken over from zzz\n")]
    [InlineData("DELETE", "/peer/z%0D%0Aé", 200, "0 IPs taken over from z\r\né\n")]
    [InlineData("DELETE", "/peer/00:00:00:00:00:99", 200, "0 IPs taken over from 00:00:00:00:00:99\n")]
    [InlineData("DELETE", "/peer/host1", 200, "0 IPs taken over from host1\n")]
    [InlineData("DELETE", "/ip/x/banana", 400, "invalid IP Address: banana\n")]
    [InlineData("POST", "/ip/x/240.0.0.0/4", 400, "range 240.0.0.0/4 out of bounds: 10.32.0.0/12\n")]
    [InlineData("POST", "/ip/x/10.32.0.0/33", 400, "invalid CIDR address: 10.32.0.0/33\n")]
    [InlineData("PATCH", "/ip/x", 405, "")]
    [InlineData("DELETE", "/peer", 204, "")]
    public async Task Further_requests_are_answered(string method, string url, int status, string body)
    {
        await using LonelyDaemon daemon = await LonelyDaemon.StartAsync();
        using HttpRequestMessage request = new(new HttpMethod(method), url);
        using HttpResponseMessage response = await daemon.Client.SendAsync(request);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(body, await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/peer/zzz", true)]
    [InlineData("/peer/host1", false)]
    public async Task Whoever_mistypes_a_peer_is_told_beside_the_text(string url, bool warned)
    {
        await using LonelyDaemon daemon = await LonelyDaemon.StartAsync();
        using HttpResponseMessage response = await daemon.Client.DeleteAsync(url);
        Assert.Equal(warned, response.Headers.Warning.Any(warning => warning.Text.Contains("unknown peer", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_address_outside_the_range_is_claimed_once()
    {
        await using LonelyDaemon daemon = await LonelyDaemon.StartAsync();
        using HttpResponseMessage first = await daemon.Client.PutAsync("/ip/a/192.168.5.5/24", null);
        Assert.Equal(204, (int)first.StatusCode);
        for (int i = 0; i < 2; i++)
        {
            using HttpResponseMessage again = await daemon.Client.PutAsync("/ip/b/192.168.5.5/24", null);
            Assert.Equal(400, (int)again.StatusCode);
            Assert.Equal("Unable to claim: address 192.168.5.5/24 already in use by a\n", await again.Content.ReadAsStringAsync());
        }
    }

    [Theory]
    [InlineData("POST", "/ip/waiting")]
    [InlineData("PUT", "/ip/waiting/10.32.0.5/12")]
    [InlineData("GET", "/ring")]
    public async Task A_request_is_withdrawn_when_its_caller_goes_away(string method, string url)
    {
        await using LonelyDaemon daemon = await LonelyDaemon.StartAsync(quorum: 2); // nobody to agree with: blocks
        using CancellationTokenSource leave = new();
        using HttpRequestMessage request = new(new HttpMethod(method), url);
        Task<HttpResponseMessage> waiting = daemon.Client.SendAsync(request, leave.Token);
        await UntilAsync(daemon, IsWaiting, "the request never arrived");
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await UntilAsync(daemon, status => !IsWaiting(status), "the request was not withdrawn");
    }

    [Fact]
    public async Task A_claim_that_need_not_wait_does_not()
    {
        await using LonelyDaemon daemon = await LonelyDaemon.StartAsync(quorum: 2);
        using HttpResponseMessage response = await daemon.Client.PutAsync("/ip/c/10.32.0.5/12?noErrorOnUnknown=true", null);
        Assert.Equal(204, (int)response.StatusCode);
        Assert.Single((await daemon.Allocation.StatusAsync(default)).PendingClaims);
    }

    [Fact]
    public async Task A_request_of_a_container_that_dies_is_cancelled()
    {
        await using LonelyDaemon daemon = await LonelyDaemon.StartAsync(quorum: 2);
        Task<HttpResponseMessage> waiting = daemon.Client.PostAsync("/ip/c1", null);
        await UntilAsync(daemon, IsWaiting, "the request never arrived");
        daemon.Allocation.OnContainerDied("c1");
        using HttpResponseMessage response = await waiting;
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("cancelled", await response.Content.ReadAsStringAsync());
    }

    private static bool IsWaiting(IpamStatus status) => status.PendingAllocates.Count + status.PendingClaims.Count > 0 || status.IsPriming;

    private static async Task UntilAsync(LonelyDaemon daemon, Func<IpamStatus, bool> condition, string otherwise)
    {
        // The request comes over a socket: there is nothing to await but what it does. The limit is for a defect, not for speed.
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(5));
        while (!condition(await daemon.Allocation.StatusAsync(default)))
        {
            Assert.False(limit.IsCancellationRequested, otherwise);
            await Task.Yield();
        }
    }

    private static bool Is(JsonElement row, string node, string method, string url)
    {
        string recorded = row.GetProperty("url").GetString()!;
        bool prefix = url.EndsWith("1111", StringComparison.Ordinal) || url.EndsWith('/');
        return row.GetProperty("node").GetString() == node && row.GetProperty("method").GetString() == method
            && (prefix ? recorded.StartsWith(url, StringComparison.Ordinal) : recorded == url)
            && !recorded.StartsWith("/ip/claimer2", StringComparison.Ordinal);
    }

    private static async Task CompareAsync(LonelyDaemon daemon, JsonElement row)
    {
        using HttpRequestMessage request = new(new HttpMethod(row.GetProperty("method").GetString()!), row.GetProperty("url").GetString());
        using HttpResponseMessage response = await daemon.Client.SendAsync(request);
        string what = $"{request.Method} {request.RequestUri}";
        JsonElement headers = row.GetProperty("headers");
        string? Recorded(string name) => headers.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
        Assert.Equal($"{what}: {row.GetProperty("status").GetString()}", $"{what}: HTTP/1.1 {(int)response.StatusCode} {response.ReasonPhrase}");
        Assert.Equal($"{what}: {row.GetProperty("body").GetString()}", $"{what}: {await response.Content.ReadAsStringAsync()}");
        Assert.Equal($"{what}: {Recorded("Content-Type")}", $"{what}: {response.Content.Headers.ContentType}");
        Assert.Equal(Recorded("X-Content-Type-Options") is not null, response.Headers.Contains("X-Content-Type-Options"));
    }
}
