using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weave.Core.Ipam;
using Weave.Docker;
using Weave.Names;
using Weave.Wire.Primitives;

namespace Weave.Ipam;

/// <summary>Address allocation over HTTP: <c>/ip</c>, <c>/ring</c>, <c>/peer</c>, <c>/ipinfo</c>.</summary>
/// <remarks>Protocol section 6. Codes, texts and headers are the original's: scripts compare them.</remarks>
public static class IpamEndpoints
{
    private const string PlainText = "text/plain; charset=utf-8";

    /// <summary>For people, who may have mistyped it. Without the name: a header does not take everything that a path does.</summary>
    private const string UnknownPeer = "199 weave \"unknown peer: neither name nor nickname of a peer of this network\"";

    public static IEndpointRouteBuilder MapIpam(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/ipinfo/defaultsubnet", (RequestDelegate)DefaultSubnetAsync);
        routes.MapGet("/ipinfo/tracker", (RequestDelegate)TrackerAsync);
        routes.MapGet("/ring", (RequestDelegate)RingAsync);
        routes.MapGet("/ip", (RequestDelegate)OwnedAsync);
        routes.MapGet("/ip/{id}", (RequestDelegate)LookupAsync);
        routes.MapGet("/ip/{id}/{ip}/{prefixlen}", (RequestDelegate)LookupAsync);
        routes.MapPost("/ip/{id}", (RequestDelegate)AllocateAsync);
        routes.MapPost("/ip/{id}/{ip}/{prefixlen}", (RequestDelegate)AllocateAsync);
        routes.MapPut("/ip/{id}/{ip}/{prefixlen}", (RequestDelegate)ClaimAsync);
        routes.MapDelete("/ip/{id}", (RequestDelegate)DeleteAsync);
        routes.MapDelete("/ip/{id}/{ip}", (RequestDelegate)FreeAsync);
        routes.MapDelete("/peer", (RequestDelegate)LeaveAsync);
        routes.MapDelete("/peer/{id}", (RequestDelegate)TakeOverAsync);
        return routes;
    }

    private static Task DefaultSubnetAsync(HttpContext context) =>
        TextAsync(context, Of<IAddressAllocation>(context).DefaultSubnet.ToString());

    // There is no other tracker than the original's for a cloud that is gone.
    private static Task TrackerAsync(HttpContext context) => TextAsync(context, "\n");

    private static async Task RingAsync(HttpContext context)
    {
        try
        {
            await Of<IIpamControl>(context).PrimeAsync(context.RequestAborted).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // We are leaving, or the caller has left: in either case nobody waits for a ring any more.
        }
    }

    private static async Task OwnedAsync(HttpContext context)
    {
        IReadOnlyList<KeyValuePair<string, OwnedAddresses>> owned =
            await Of<IIpamControl>(context).OwnedAsync(context.RequestAborted).ConfigureAwait(false);
        OwnedReply reply = new(owned.Count == 0 ? null :
            [.. owned.Select(pair => new OwnedReply.Owner(pair.Key, [.. pair.Value.Cidrs.Select(cidr => cidr.ToString())]))]);
        context.Response.ContentType = "application/json";
        string body = JsonSerializer.Serialize(reply, IpamJson.Default.OwnedReply) + "\n";
        context.Response.ContentLength = body.Length;
        await context.Response.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task LookupAsync(HttpContext context)
    {
        if (await SubnetAsync(context).ConfigureAwait(false) is { } subnet)
        {
            IReadOnlyList<Ipv4Cidr> found = await Of<IAddressAllocation>(context)
                .LookupAsync(Route(context, "id"), subnet, context.RequestAborted).ConfigureAwait(false);
            await TextAsync(context, string.Join(' ', found)).ConfigureAwait(false);
        }
    }

    private static async Task AllocateAsync(HttpContext context)
    {
        string ident = Route(context, "id");
        bool checkAlive = await ParameterAsync(context, "check-alive").ConfigureAwait(false);
        if (await SubnetAsync(context).ConfigureAwait(false) is not { } subnet)
        {
            return;
        }

        await AnswerAsync(context, "Allocate", ident, "", async () =>
        {
            await RequireAliveAsync(context, ident, checkAlive).ConfigureAwait(false);
            Ipv4Cidr given = await Of<IAddressAllocation>(context)
                .AllocateAsync(ident, subnet, checkAlive, context.RequestAborted).ConfigureAwait(false);
            await TextAsync(context, given.ToString()).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    private static async Task ClaimAsync(HttpContext context)
    {
        string ident = Route(context, "id");
        string text = $"{Route(context, "ip")}/{Route(context, "prefixlen")}";
        if (!SubnetText.TryParseCidr(text, out Ipv4Cidr cidr, out string error))
        {
            await RefuseAsync(context, error).ConfigureAwait(false);
            return;
        }

        bool checkAlive = await ParameterAsync(context, "check-alive").ConfigureAwait(false);
        bool noErrorOnUnknown = await ParameterAsync(context, "noErrorOnUnknown").ConfigureAwait(false);
        await AnswerAsync(context, "Claim", ident, "Unable to claim: ", async () =>
        {
            await RequireAliveAsync(context, ident, checkAlive).ConfigureAwait(false);
            await Of<IAddressAllocation>(context)
                .ClaimAsync(ident, cidr, checkAlive, noErrorOnUnknown, context.RequestAborted).ConfigureAwait(false);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }).ConfigureAwait(false);
    }

    private static Task DeleteAsync(HttpContext context) => AnswerAsync(context, "Delete", Route(context, "id"), "", async () =>
    {
        await Of<IAddressAllocation>(context).FreeAsync(Route(context, "id"), context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    });

    private static Task FreeAsync(HttpContext context)
    {
        if (!SubnetText.TryParseAddress(Route(context, "ip"), out Ipv4Address address, out string error))
        {
            return RefuseAsync(context, error);
        }

        return AnswerAsync(context, "Free", Route(context, "id"), "Unable to free: ", async () =>
        {
            await Of<IAddressAllocation>(context).FreeAsync(Route(context, "id"), address, context.RequestAborted).ConfigureAwait(false);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        });
    }

    private static async Task LeaveAsync(HttpContext context)
    {
        await Of<IIpamControl>(context).LeaveAsync(context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task TakeOverAsync(HttpContext context)
    {
        string peer = Route(context, "id");
        await AnswerAsync(context, "TakeOver", peer, "Unable to take over: ", async () =>
        {
            bool force = await ParameterAsync(context, "force").ConfigureAwait(false);
            uint? taken = await Of<IIpamControl>(context).TakeOverAsync(peer, force, context.RequestAborted).ConfigureAwait(false);
            if (taken is null)
            {
                context.Response.Headers.Warning = UnknownPeer; // the text is the original's, which scripts know
            }

            await TextAsync(context, $"{taken ?? 0} IPs taken over from {peer}\n").ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    private static async Task AnswerAsync(HttpContext context, string kind, string ident, string prefix, Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (AllocationException refusal)
        {
            await RefuseAsync(context, prefix + refusal.Message).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Log(context).RequestCancelled(kind, ident);
            if (!context.RequestAborted.IsCancellationRequested)
            {
                await TextAsync(context, "cancelled").ConfigureAwait(false);
            }
        }
    }

    // Asked once: if the container dies later, we are told.
    private static async Task RequireAliveAsync(HttpContext context, string ident, bool checkAlive)
    {
        if (checkAlive && context.RequestServices.GetService<DockerClient>() is { } docker
            && await new DockerLiveness(docker).IsNotRunningAsync(ident, context.RequestAborted).ConfigureAwait(false))
        {
            throw new OperationCanceledException();
        }
    }

    private static async Task<Ipv4Cidr?> SubnetAsync(HttpContext context)
    {
        if (!context.Request.RouteValues.ContainsKey("ip"))
        {
            return Of<IAddressAllocation>(context).DefaultSubnet;
        }

        if (SubnetText.TryParseSubnet($"{Route(context, "ip")}/{Route(context, "prefixlen")}", out Ipv4Cidr subnet, out string error))
        {
            return subnet;
        }

        await RefuseAsync(context, error).ConfigureAwait(false);
        return null;
    }

    // In the query or in the form, the form first, as in the original.
    private static async Task<bool> ParameterAsync(HttpContext context, string name)
    {
        if (context.Request.HasFormContentType)
        {
            IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
            if (form.TryGetValue(name, out Microsoft.Extensions.Primitives.StringValues value))
            {
                return value == "true";
            }
        }

        return context.Request.Query[name] == "true";
    }

    private static Task RefuseAsync(HttpContext context, string message)
    {
        Log(context).RequestRefused(message);
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return TextAsync(context, message + "\n");
    }

    private static Task TextAsync(HttpContext context, string text)
    {
        byte[] body = System.Text.Encoding.UTF8.GetBytes(text);
        context.Response.ContentType = body.Length > 0 ? PlainText : null;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private static string Route(HttpContext context, string name) => (string)context.Request.RouteValues[name]!;

    private static T Of<T>(HttpContext context)
        where T : notnull => context.RequestServices.GetRequiredService<T>();

    private static ILogger Log(HttpContext context) =>
        Of<ILoggerFactory>(context).CreateLogger(typeof(IpamEndpoints).FullName!);
}
