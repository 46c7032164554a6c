using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Weave.Docker.Model;

namespace Weave.Docker;

/// <summary>HTTP to one dockerd, over a unix socket, TCP or TLS, in a version of the API that both sides know.</summary>
/// <remarks>The version is the lower of the server's and ours, asked for once: older servers refuse newer clients, newer ones refuse older.</remarks>
internal sealed class DockerTransport : IDisposable
{
    private static readonly Version OurVersion = new(1, 44);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http;
    private readonly string _host;
    private Version? _version;

    /// <param name="host"><c>unix:///path</c>, <c>tcp://host:port</c> or <c>host:port</c>.</param>
    /// <param name="tls">What to trust on the way; null for a connection in the clear.</param>
    /// <exception cref="DockerException">None of these.</exception>
    internal DockerTransport(string host, DockerTls? tls)
    {
        _host = host;
        EndPoint target = ParseHost(host);
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = (_, cancel) => ConnectAsync(target, tls, cancel),
            ConnectTimeout = ConnectTimeout,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
        })
        {
            BaseAddress = new Uri("http://docker"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public void Dispose() => _http.Dispose();

    internal async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Get, path, null, cancel).ConfigureAwait(false);
        return await ReadAsync(answer, type, cancel).ConfigureAwait(false);
    }

    /// <summary>Like <see cref="GetAsync"/>, with null for what does not exist.</summary>
    internal async Task<T?> FindAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancel)
        where T : class
    {
        try
        {
            return await GetAsync(path, type, cancel).ConfigureAwait(false);
        }
        catch (DockerException absent) when (absent.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    internal async Task<TAnswer> PostAsync<TBody, TAnswer>(
        string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answerType, CancellationToken cancel)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Post, path, Json(body, bodyType), cancel).ConfigureAwait(false);
        return await ReadAsync(answer, answerType, cancel).ConfigureAwait(false);
    }

    internal async Task PostAsync<TBody>(string path, TBody body, JsonTypeInfo<TBody> bodyType, CancellationToken cancel) =>
        (await SendAsync(HttpMethod.Post, path, Json(body, bodyType), cancel).ConfigureAwait(false)).Dispose();

    internal async Task PostAsync(string path, CancellationToken cancel) =>
        (await SendAsync(HttpMethod.Post, path, null, cancel).ConfigureAwait(false)).Dispose();

    internal async Task DeleteAsync(string path, CancellationToken cancel) =>
        (await SendAsync(HttpMethod.Delete, path, null, cancel).ConfigureAwait(false)).Dispose();

    /// <summary>Sends, and returns when the head of the answer is there. The body is still to be read.</summary>
    /// <exception cref="DockerException">Not reachable, or an answer of 400 and above.</exception>
    internal async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancel)
    {
        Version version = _version ??= await NegotiateAsync(cancel).ConfigureAwait(false);
        return await SendUnversionedAsync(method, string.Create(CultureInfo.InvariantCulture, $"/v{version}{path}"), content, cancel).ConfigureAwait(false);
    }

    internal static HttpContent Json<T>(T body, JsonTypeInfo<T> type)
    {
        ByteArrayContent content = new(JsonSerializer.SerializeToUtf8Bytes(body, type));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    private async Task<Version> NegotiateAsync(CancellationToken cancel)
    {
        using HttpResponseMessage answer = await SendUnversionedAsync(HttpMethod.Get, "/_ping", null, cancel).ConfigureAwait(false);
        return answer.Headers.TryGetValues("Api-Version", out IEnumerable<string>? values)
            && Version.TryParse(values.FirstOrDefault(), out Version? theirs) && theirs < OurVersion
            ? theirs
            : OurVersion;
    }

    private async Task<HttpResponseMessage> SendUnversionedAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancel)
    {
        HttpResponseMessage answer;
        try
        {
            using HttpRequestMessage request = new(method, path) { Content = content };
            answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
        }
        catch (HttpRequestException unreachable)
        {
            throw new DockerException($"Cannot connect to the Docker daemon at {_host}{Why(unreachable)}", unreachable);
        }

        if ((int)answer.StatusCode < 400)
        {
            return answer;
        }

        using (answer)
        {
            string text = await answer.Content.ReadAsStringAsync(cancel).ConfigureAwait(false);
            throw new DockerException(ReadMessage(text), answer.StatusCode);
        }
    }

    /// <summary>The library has odd words for a socket that is not there, and for one that nobody listens to.</summary>
    private static string Why(HttpRequestException failure) => failure.InnerException is SocketException { SocketErrorCode: SocketError.AddressNotAvailable or SocketError.ConnectionRefused }
        ? ". Is it running?"
        : $": {failure.InnerException?.Message ?? failure.Message}";

    /// <summary>Docker says <c>{"message": "..."}</c>; whatever stands between may say anything.</summary>
    private static string ReadMessage(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, DockerJson.Default.ErrorMessage)?.Message ?? text;
        }
        catch (JsonException)
        {
            return text.Trim();
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage answer, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        try
        {
            Stream body = await answer.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
            return await JsonSerializer.DeserializeAsync(body, type, cancel).ConfigureAwait(false)
                ?? throw new DockerException("Docker answered null");
        }
        catch (Exception broken) when (broken is JsonException or IOException)
        {
            throw new DockerException($"Docker's answer cannot be read: {broken.Message}", broken);
        }
    }

    private static async ValueTask<Stream> ConnectAsync(EndPoint target, DockerTls? tls, CancellationToken cancel)
    {
        Socket socket = target is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(target, cancel).ConfigureAwait(false);
            NetworkStream plain = new(socket, ownsSocket: true);
            return tls is not null && target is DnsEndPoint named ? await tls.SecureAsync(plain, named.Host, cancel).ConfigureAwait(false) : plain;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static EndPoint ParseHost(string host)
    {
        if (host.StartsWith("unix://", StringComparison.Ordinal))
        {
            return new UnixDomainSocketEndPoint(host["unix://".Length..]);
        }

        string address = host.StartsWith("tcp://", StringComparison.Ordinal) ? host["tcp://".Length..].TrimEnd('/') : host;
        int colon = address.LastIndexOf(':');
        return colon > 0 && ushort.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
            ? new DnsEndPoint(address[..colon].Trim('[', ']'), port)
            : throw new DockerException($"\"{host}\" is not the address of a Docker daemon (unix:///path or tcp://host:port)");
    }
}
