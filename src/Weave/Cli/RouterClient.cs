using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Weave.Daemon;

namespace Weave.Cli;

/// <summary>Calls to the router's control API on this host.</summary>
internal sealed class RouterClient : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(100);

    private readonly CliContext _context;
    private readonly HttpClient _http;

    internal RouterClient(CliContext context)
    {
        _context = context;
        string address = context.Environment.HttpAddress;
        EndPoint target = address is ['/', ..] ? new UnixDomainSocketEndPoint(address)
            : HostPort.TryParse(address, out HostPort place) ? new DnsEndPoint(place.Host.Length > 0 ? place.Host : "127.0.0.1", place.Port)
            : throw new CommandException($"WEAVE_HTTP_ADDR must be host:port or an absolute path; it is \"{address}\"");
        SocketsHttpHandler handler = new()
        {
            ConnectTimeout = ConnectTimeout,
            UseProxy = false,
            ConnectCallback = async (_, cancel) =>
            {
                Socket socket = target is UnixDomainSocketEndPoint ? new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new(SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    await socket.ConnectAsync(target, cancel).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        _http = new HttpClient(handler) { BaseAddress = new Uri("http://weave"), Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Asks, and says nothing about failures.</summary>
    /// <param name="method">GET, POST, PUT or DELETE.</param>
    /// <param name="path">With its query.</param>
    /// <param name="form">Sent as a form when not null.</param>
    /// <param name="json">Wants JSON.</param>
    internal async Task<RouterReply> TryAsync(string method, string path, IEnumerable<(string Name, string Value)>? form = null, bool json = false)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), path);
        if (json)
        {
            request.Headers.Accept.ParseAdd("application/json");
        }

        if (form is not null)
        {
            string body = string.Join('&', form.Select(field => $"{Uri.EscapeDataString(field.Name)}={Uri.EscapeDataString(field.Value)}"));
            request.Content = new StringContent(body, new MediaTypeHeaderValue("application/x-www-form-urlencoded"));
        }

        try
        {
            using HttpResponseMessage answer = await _http.SendAsync(request, _context.Cancel).ConfigureAwait(false);
            return new RouterReply((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(_context.Cancel).ConfigureAwait(false))
            {
                Warning = answer.Headers.Warning.FirstOrDefault()?.Text.Trim('"') ?? "",
            };
        }
        catch (HttpRequestException unreachable)
        {
            return new RouterReply(0, $"Cannot connect to the router at {_context.Environment.HttpAddress}: {unreachable.InnerException?.Message ?? unreachable.Message}\n");
        }
    }

    /// <summary>Asks, waits for a router that has just been started, and says nothing about failures.</summary>
    internal async Task<RouterReply> PatientAsync(string method, string path, IEnumerable<(string Name, string Value)>? form = null, bool json = false)
    {
        RouterReply reply = await TryAsync(method, path, form, json).ConfigureAwait(false);
        for (TimeSpan waited = TimeSpan.Zero; reply.IsOfAStart && waited < StartPatience && await IsStartingAsync().ConfigureAwait(false); waited += AskEvery)
        {
            // Docker has just started it again, or somebody has: it answers, and is ready, in a moment.
            await Task.Delay(AskEvery, _context.Cancel).ConfigureAwait(false);
            reply = await TryAsync(method, path, form, json).ConfigureAwait(false);
        }

        return reply;
    }

    /// <summary>Asks; a failure is told, with the state of the container, and ends the command. "Not found" is returned.</summary>
    internal async Task<RouterReply> CallAsync(string method, string path, IEnumerable<(string Name, string Value)>? form = null, bool json = false)
    {
        RouterReply reply = await PatientAsync(method, path, form, json).ConfigureAwait(false);
        if (!reply.IsSuccess)
        {
            await ExplainAsync(reply).ConfigureAwait(false);
        }

        return reply.IsSuccess || reply.IsAbsent ? reply : throw new CommandException("", reply.ExitCode);
    }

    /// <summary>There is a router to speak to, whatever it says.</summary>
    internal async Task<bool> AnswersAsync() => (await PatientAsync("GET", "/status").ConfigureAwait(false)).Status != 0;

    public void Dispose() => _http.Dispose();

    /// <summary>The container is too young to answer. Without Docker nobody knows.</summary>
    private async Task<bool> IsStartingAsync()
    {
        try
        {
            return await WeaveContainer.IsYoungAsync(_context, _context.Environment.ContainerName, StartPatience).ConfigureAwait(false);
        }
        catch (Docker.DockerException)
        {
            return false; // what is wrong with Docker is told with the failure
        }
    }

    private async Task ExplainAsync(RouterReply reply)
    {
        bool silent = reply.Status == 0; // one that answers runs, in a container or not
        if (silent && await WeaveContainer.ProblemAsync(_context, _context.Environment.ContainerName).ConfigureAwait(false) is { } problem)
        {
            await _context.Error.WriteLineAsync(problem).ConfigureAwait(false);
        }
        else if (!reply.IsAbsent)
        {
            await _context.Error.WriteAsync(reply.Body).ConfigureAwait(false);
        }
    }
}
