using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;
using Weave.Cli.Flags;
using Weave.Firewall;
using Weave.Linux.Firewall;
using Weave.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Status;

/// <summary>What changes the mesh and the host: only for the control port.</summary>
/// <remarks>Protocol section 6.</remarks>
public static class ControlEndpoints
{
    public static IEndpointRouteBuilder MapControl(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/connect", [HttpMethods.Post], ConnectAsync);
        routes.MapMethods("/forget", [HttpMethods.Post], ForgetAsync);
        routes.MapMethods("/expose/{ip}/{length}", [HttpMethods.Post], ExposeAsync);
        routes.MapMethods("/expose/{ip}/{length}", [HttpMethods.Delete], HideAsync); // ours
        return routes;
    }

    private static async Task ConnectAsync(HttpContext context)
    {
        IReadOnlyList<string> peers = await ValuesAsync(context, "peer").ConfigureAwait(false);
        bool replace = (await ValuesAsync(context, "replace").ConfigureAwait(false)) is ["true", ..];
        IMeshControl mesh = context.RequestServices.GetRequiredService<IMeshControl>();
        IReadOnlyList<string> problems = await mesh.ConnectAsync(peers, replace, context.RequestAborted).ConfigureAwait(false);
        if (problems.Count > 0)
        {
            await context.Response.ErrorAsync(StatusCodes.Status400BadRequest, string.Join('\n', problems)).ConfigureAwait(false);
        }
    }

    private static async Task ForgetAsync(HttpContext context) =>
        await context.RequestServices.GetRequiredService<IMeshControl>()
            .ForgetAsync(await ValuesAsync(context, "peer").ConfigureAwait(false), context.RequestAborted).ConfigureAwait(false);

    private static async Task ExposeAsync(HttpContext context)
    {
        bool skipNat = false;
        try
        {
            skipNat = (await ValuesAsync(context, "skipNAT").ConfigureAwait(false)) is [{ Length: > 0 } given, ..] && GoValues.Bool(given);
        }
        catch (FormatException wrong)
        {
            await context.Response.ErrorAsync(StatusCodes.Status400BadRequest, $"unable to parse skipNAT option: {wrong.Message}").ConfigureAwait(false);
            return;
        }

        if (Address(context, out _) is { } cidr && HostAddress.Problem(cidr) is { } problem)
        {
            await context.Response.ErrorAsync(StatusCodes.Status400BadRequest, $"unable to expose: {problem}").ConfigureAwait(false);
            return;
        }

        await ChangeAsync(context, "expose", (exposure, address) => exposure.ExposeAsync(address, skipNat, context.RequestAborted)).ConfigureAwait(false);
    }

    private static Task HideAsync(HttpContext context) =>
        ChangeAsync(context, "hide", (exposure, address) => exposure.HideAsync(address, context.RequestAborted));

    private static async Task ChangeAsync(HttpContext context, string what, Func<IExposure, Ipv4Cidr, Task> change)
    {
        if (Address(context, out string text) is not { } address)
        {
            await context.Response.ErrorAsync(StatusCodes.Status400BadRequest, $"unable to parse ip addr: invalid CIDR address: {text}").ConfigureAwait(false);
            return;
        }

        try
        {
            await change(context.RequestServices.GetRequiredService<IExposure>(), address).ConfigureAwait(false);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        catch (FirewallException failure)
        {
            await context.Response.ErrorAsync(StatusCodes.Status500InternalServerError, $"unable to {what}: {failure.Message}").ConfigureAwait(false);
        }
    }

    private static Ipv4Cidr? Address(HttpContext context, out string text)
    {
        text = $"{context.Request.RouteValues["ip"]}/{context.Request.RouteValues["length"]}";
        return Ipv4Cidr.TryParse(text, out Ipv4Cidr address) ? address : null;
    }

    /// <summary>Values of a parameter: from the body first, then from the query, as the original's form has them.</summary>
    private static async Task<IReadOnlyList<string>> ValuesAsync(HttpContext context, string name)
    {
        StringValues body = context.Request.HasFormContentType
            ? (await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false))[name]
            : StringValues.Empty;
        return [.. body.Concat(context.Request.Query[name]).OfType<string>()];
    }
}
