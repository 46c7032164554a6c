using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Weave.Docker.Managed;
using Weave.Ipam;
using Weave.Linux.Interop;
using Weave.Plugin.Model;

namespace Weave.Plugin;

/// <summary>
/// Docker's calls over HTTP: POST with JSON, whatever the content type says. A success is 200, a failure 500 with the
/// reason, an unknown call 404, which tells newer Dockers that it is optional.
/// </summary>
/// <remarks>A call that waits for something is given up in time: Docker would wait for us without end, and hold its locks.</remarks>
internal sealed class PluginEndpoints(ILogger<PluginEndpoints> logger, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(900);

    /// <summary>Routes of the network driver.</summary>
    internal void Map(IEndpointRouteBuilder routes, NetworkDriver driver, bool withIpam)
    {
        Map(routes, "Plugin.Activate", PluginJson.Default.EmptyMessage, PluginJson.Default.ActivateAnswer, (_, _) =>
            Task.FromResult(new ActivateAnswer(withIpam ? ["NetworkDriver", "IpamDriver"] : ["NetworkDriver"])));
        Map(routes, "NetworkDriver.GetCapabilities", PluginJson.Default.EmptyMessage, PluginJson.Default.CapabilitiesAnswer, Now((EmptyMessage _) => driver.GetCapabilities()));
        Map(routes, "NetworkDriver.CreateNetwork", PluginJson.Default.CreateNetworkRequest, PluginJson.Default.EmptyMessage, Now<CreateNetworkRequest>(driver.CreateNetwork));
        Map(routes, "NetworkDriver.DeleteNetwork", PluginJson.Default.NetworkRequest, PluginJson.Default.EmptyMessage, Now<NetworkRequest>(driver.DeleteNetwork));
        Map(routes, "NetworkDriver.AllocateNetwork", PluginJson.Default.AllocateNetworkRequest, PluginJson.Default.AllocateNetworkAnswer, Now((AllocateNetworkRequest request) => new AllocateNetworkAnswer("", request.Options)));
        Map(routes, "NetworkDriver.FreeNetwork", PluginJson.Default.NetworkRequest, PluginJson.Default.EmptyMessage, (_, _) => Task.FromResult<EmptyMessage>(null!));
        Map(routes, "NetworkDriver.CreateEndpoint", PluginJson.Default.CreateEndpointRequest, PluginJson.Default.CreateEndpointAnswer, Now<CreateEndpointRequest, CreateEndpointAnswer>(driver.CreateEndpoint));
        Map(routes, "NetworkDriver.DeleteEndpoint", PluginJson.Default.EndpointRequest, PluginJson.Default.EmptyMessage, Now<EndpointRequest>(driver.DeleteEndpoint));
        Map(routes, "NetworkDriver.EndpointOperInfo", PluginJson.Default.EndpointRequest, PluginJson.Default.EndpointInfoAnswer, Now((EndpointRequest _) => new EndpointInfoAnswer("", new EmptyMessage())));
        Map(routes, "NetworkDriver.Join", PluginJson.Default.JoinRequest, PluginJson.Default.JoinAnswer, Now<JoinRequest, JoinAnswer>(driver.Join));
        Map(routes, "NetworkDriver.Leave", PluginJson.Default.EndpointRequest, PluginJson.Default.EmptyMessage, Now<EndpointRequest>(driver.Leave));
    }

    /// <summary>What Docker tells a driver of global scope of the nodes of its swarm. Only a hint: the watch asks itself.</summary>
    internal void Map(IEndpointRouteBuilder routes, SwarmWatch swarm)
    {
        Map(routes, "NetworkDriver.DiscoverNew", PluginJson.Default.DiscoveryRequest, PluginJson.Default.EmptyMessage, Now((DiscoveryRequest request) => Announce(swarm, request, left: false)));
        Map(routes, "NetworkDriver.DiscoverDelete", PluginJson.Default.DiscoveryRequest, PluginJson.Default.EmptyMessage, Now((DiscoveryRequest request) => Announce(swarm, request, left: true)));
    }

    private static EmptyMessage Announce(SwarmWatch swarm, DiscoveryRequest request, bool left)
    {
        if (request?.Node is (string address, bool self))
        {
            swarm.Announce(address, self, left);
        }

        return new EmptyMessage();
    }

    /// <summary>Routes of the IPAM driver.</summary>
    internal void Map(IEndpointRouteBuilder routes, IpamDriver driver)
    {
        Map(routes, "IpamDriver.GetCapabilities", PluginJson.Default.EmptyMessage, PluginJson.Default.IpamCapabilitiesAnswer, Now((EmptyMessage _) => new IpamCapabilitiesAnswer(false, false)));
        Map(routes, "IpamDriver.GetDefaultAddressSpaces", PluginJson.Default.EmptyMessage, PluginJson.Default.AddressSpacesAnswer, Now((EmptyMessage _) => new AddressSpacesAnswer("", IpamDriver.LocalSpace, IpamDriver.GlobalSpace)));
        Map(routes, "IpamDriver.RequestPool", PluginJson.Default.RequestPoolRequest, PluginJson.Default.RequestPoolAnswer, Now<RequestPoolRequest, RequestPoolAnswer>(driver.RequestPool));
        Map(routes, "IpamDriver.ReleasePool", PluginJson.Default.PoolRequest, PluginJson.Default.EmptyMessage, Now<PoolRequest>(driver.ReleasePool));
        Map(routes, "IpamDriver.RequestAddress", PluginJson.Default.RequestAddressRequest, PluginJson.Default.RequestAddressAnswer, driver.RequestAddressAsync);
        Map(routes, "IpamDriver.ReleaseAddress", PluginJson.Default.ReleaseAddressRequest, PluginJson.Default.EmptyMessage, driver.ReleaseAddressAsync);
    }

    /// <summary>Everything else: mapped after the others.</summary>
    internal static void MapUnknown(IEndpointRouteBuilder routes) => routes.MapFallback("{**call}", context =>
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return WriteAsync(context, "404 page not found\n"u8.ToArray());
    });

    private static Func<TRequest, CancellationToken, Task<TAnswer>> Now<TRequest, TAnswer>(Func<TRequest, TAnswer> call) =>
        (request, _) => Task.FromResult(call(request));

    private static Func<TRequest, CancellationToken, Task<EmptyMessage>> Now<TRequest>(Action<TRequest> call) => (request, _) =>
    {
        call(request);
        return Task.FromResult(new EmptyMessage());
    };

    private void Map<TRequest, TAnswer>(
        IEndpointRouteBuilder routes,
        string name,
        JsonTypeInfo<TRequest> requestType,
        JsonTypeInfo<TAnswer> answerType,
        Func<TRequest, CancellationToken, Task<TAnswer>> call) =>
        routes.MapPost($"/{name}", context => ServeAsync(context, name, requestType, answerType, call));

    private async Task ServeAsync<TRequest, TAnswer>(
        HttpContext context,
        string name,
        JsonTypeInfo<TRequest> requestType,
        JsonTypeInfo<TAnswer> answerType,
        Func<TRequest, CancellationToken, Task<TAnswer>> call)
    {
        byte[] body = await ReadAsync(context).ConfigureAwait(false);
        TRequest request;
        try
        {
            request = JsonSerializer.Deserialize(body.Length == 0 ? "{}"u8 : body, requestType) ?? throw new JsonException("null is no request");
        }
        catch (JsonException malformed)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await WriteAsync(context, Encoding.UTF8.GetBytes($"Unable to decode JSON payload: {malformed.Message}\n")).ConfigureAwait(false);
            return;
        }

        long started = time.GetTimestamp();
        byte[] answer;
        try
        {
            // Not the request's own token: a dockerd that hangs up must not leave an address half given out.
            using CancellationTokenSource patience = new(Patience, time);
            answer = Encode(await call(request, patience.Token).ConfigureAwait(false), answerType);
            logger.CallServed(name, time.GetElapsedTime(started).TotalMilliseconds);
        }
        catch (Exception failure) when (failure is PluginException or AllocationException or KernelException or IOException or OperationCanceledException)
        {
            string reason = failure switch
            {
                AllocationTimeoutException => $"timed out: {failure.Message}",
                OperationCanceledException => "timed out: the network is not ready, see 'weave status'",
                _ => failure.Message,
            };
            logger.CallFailed(name, reason);
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            answer = Encode(new ErrorAnswer(reason, reason), PluginJson.Default.ErrorAnswer);
        }

        await WriteAsync(context, answer).ConfigureAwait(false);
    }

    private static async Task<byte[]> ReadAsync(HttpContext context)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
        return body.ToArray();
    }

    private static byte[] Encode<T>(T value, JsonTypeInfo<T> type) => [.. JsonSerializer.SerializeToUtf8Bytes(value, type), (byte)'\n'];

    /// <summary>Docker opens a connection for each call: one that it kept would lead to us when the guard answers in our place.</summary>
    private static Task WriteAsync(HttpContext context, byte[] body)
    {
        context.Response.Headers.Connection = "close";
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, 0, body.Length);
    }
}
