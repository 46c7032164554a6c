using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Weave.Core.Names;
using Weave.Wire.Names;
using Weave.Wire.Primitives;

namespace Weave.Names;

/// <summary>HTTP routes of names, with the codes and texts of the original.</summary>
/// <remarks>docs/wire/names.md §6.</remarks>
internal static class NamesEndpoints
{
    private const string PlainText = "text/plain; charset=utf-8";

    /// <summary>Nothing when DNS is off: then the original has no such routes either.</summary>
    internal static void MapNames(this IEndpointRouteBuilder routes)
    {
        if (routes.ServiceProvider.GetService<NameService>() is not { } names)
        {
            return;
        }

        NamesDaemon server = routes.ServiceProvider.GetRequiredService<NamesDaemon>();
        IContainerLiveness? liveness = routes.ServiceProvider.GetService<IContainerLiveness>();
        routes.MapGet("/domain", (RequestDelegate)(context => TextAsync(context, names.Domain)));
        routes.MapGet("/dns-address", (RequestDelegate)(context => TextAsync(context, server.ListenHost)));
        routes.MapGet("/dns-address-port", (RequestDelegate)(context => TextAsync(context, server.ListenAddress)));
        routes.MapGet("/name", (RequestDelegate)(context => ListAsync(context, names)));
        routes.MapPut("/name/{container}/{ip}", (RequestDelegate)(context => PutAsync(context, names, liveness)));
        routes.MapDelete("/name/{container}/{ip}", (RequestDelegate)(context => DeleteAsync(context, names)));
        routes.MapDelete("/name/{container}", (RequestDelegate)(context => DeleteAsync(context, names)));
        routes.MapDelete("/name", (RequestDelegate)(context => DeleteAsync(context, names)));
        routes.MapGet("/alias", (RequestDelegate)(context => ListAliasesAsync(context, names)));
        routes.MapPut("/alias/{target}", (RequestDelegate)(context => PutAliasAsync(context, names)));
        routes.MapDelete("/alias/{target}", (RequestDelegate)(context => DeleteAliasAsync(context, names)));
    }

    private static async Task PutAsync(HttpContext context, NameService names, IContainerLiveness? liveness)
    {
        string container = (string)context.Request.RouteValues["container"]!;
        string ip = (string)context.Request.RouteValues["ip"]!;
        if (!Ipv4Address.TryParse(ip, out Ipv4Address address))
        {
            await RefuseAsync(context, $"invalid IP Address: {ip}").ConfigureAwait(false);
            return;
        }

        string fqdn = await FormValueAsync(context, "fqdn").ConfigureAwait(false);
        string checkAlive = await FormValueAsync(context, "check-alive").ConfigureAwait(false);
        await names.AddByHandAsync(container, fqdn, address, context.RequestAborted).ConfigureAwait(false);
        if (checkAlive == "true" && liveness is not null
            && await liveness.IsNotRunningAsync(container, context.RequestAborted).ConfigureAwait(false))
        {
            await names.DeleteByHandAsync(container, fqdn, address, context.RequestAborted).ConfigureAwait(false);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task DeleteAsync(HttpContext context, NameService names)
    {
        string? container = context.Request.RouteValues["container"] as string;
        Ipv4Address? address = null;
        if (context.Request.RouteValues["ip"] is string ip)
        {
            if (!Ipv4Address.TryParse(ip, out Ipv4Address parsed))
            {
                await RefuseAsync(context, $"invalid IP Address: {ip}").ConfigureAwait(false);
                return;
            }

            address = parsed;
        }

        string fqdn = context.Request.Query["fqdn"].ToString();
        await names.DeleteByHandAsync(container, fqdn.Length > 0 ? fqdn : null, address, context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task ListAsync(HttpContext context, NameService names)
    {
        if (context.Request.Headers.Accept != "application/json")
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        IReadOnlyList<NameEntry> entries = await names.EntriesAsync(context.RequestAborted).ConfigureAwait(false);
        NameRow[] rows = [.. entries.Select(entry => new NameRow(
            entry.Container, entry.Origin.Value, entry.Address.ToString(), entry.Hostname, entry.Version, entry.Tombstone))];
        string json = rows.Length == 0 ? "null" : JsonSerializer.Serialize(rows, NamesJson.Default.NameRowArray);
        await TextAsync(context, json + "\n").ConfigureAwait(false);
    }

    private static async Task PutAliasAsync(HttpContext context, NameService names)
    {
        string target = (string)context.Request.RouteValues["target"]!;
        string fqdn = await FormValueAsync(context, "fqdn").ConfigureAwait(false);
        if (!await names.AddAliasAsync(fqdn, target, context.RequestAborted).ConfigureAwait(false))
        {
            await RefuseAsync(context, $"alias and target must be names in {names.Domain}").ConfigureAwait(false);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task DeleteAliasAsync(HttpContext context, NameService names)
    {
        string target = (string)context.Request.RouteValues["target"]!;
        await names.RemoveAliasAsync(context.Request.Query["fqdn"].ToString(), target, context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task ListAliasesAsync(HttpContext context, NameService names)
    {
        IReadOnlyList<NameAlias> aliases = await names.AliasesAsync(context.RequestAborted).ConfigureAwait(false);
        await TextAsync(context, string.Concat(aliases.Select(alias => $"{alias.Hostname} {alias.Target}\n"))).ConfigureAwait(false);
    }

    /// <summary>From the form in the body when it has it, else from the query.</summary>
    private static async Task<string> FormValueAsync(HttpContext context, string key)
    {
        if (context.Request.HasFormContentType)
        {
            IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
            if (form.TryGetValue(key, out Microsoft.Extensions.Primitives.StringValues value))
            {
                return value[0] ?? "";
            }
        }

        return context.Request.Query[key].ToString();
    }

    private static Task TextAsync(HttpContext context, string text)
    {
        byte[] body = System.Text.Encoding.UTF8.GetBytes(text);
        context.Response.ContentType = PlainText;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private static Task RefuseAsync(HttpContext context, string reason)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return TextAsync(context, reason + "\n");
    }
}
