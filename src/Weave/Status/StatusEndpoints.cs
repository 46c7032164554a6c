using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Weave.Api;
using Weave.Status.Templates;

namespace Weave.Status;

/// <summary>What may be read without harm: status, report, metrics.</summary>
/// <remarks>Protocol section 6, the rows marked S.</remarks>
public static class StatusEndpoints
{
    public static IEndpointRouteBuilder MapStatus(this IEndpointRouteBuilder routes)
    {
        MapText(routes, "/status", StatusTexts.Summary);
        MapText(routes, "/status/targets", StatusTexts.Targets);
        MapText(routes, "/status/connections", StatusTexts.Connections);
        MapText(routes, "/status/peers", StatusTexts.Peers);
        MapText(routes, "/status/dns", StatusTexts.Names);
        MapText(routes, "/status/ipam", StatusTexts.Allocation);
        Get(routes, "/report", ReportAsync);
        return routes.MapMetrics();
    }

    public static IEndpointRouteBuilder MapMetrics(this IEndpointRouteBuilder routes)
    {
        Get(routes, "/metrics", MetricsAsync);
        return routes;
    }

    private static void Get(IEndpointRouteBuilder routes, string path, RequestDelegate handler) =>
        routes.MapMethods(path, [HttpMethods.Get], handler);

    private static void MapText(IEndpointRouteBuilder routes, string path, Func<StatusReport, string?> render) => Get(routes, path, async context =>
    {
        StatusReport report = await NowAsync(context).ConfigureAwait(false);
        Task reply = render(report) is { } text
            ? context.Response.TextAsync(text, report.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable)
            : context.Response.ErrorAsync(StatusCodes.Status500InternalServerError, "error during template execution");
        await reply.ConfigureAwait(false);
    });

    private static async Task ReportAsync(HttpContext context)
    {
        if (context.Request.Headers.Accept == "application/json")
        {
            StatusReport report = await NowAsync(context).ConfigureAwait(false);
            await context.Response.BytesAsync(ReportJson.Write(report), "application/json").ConfigureAwait(false);
        }
        else if (context.Request.Query["format"] is [{ } format])
        {
            await FormatAsync(context, format).ConfigureAwait(false);
        }
        else
        {
            await context.Response.ErrorAsync(StatusCodes.Status400BadRequest, "error: must supply one format parameter").ConfigureAwait(false);
        }
    }

    private static async Task FormatAsync(HttpContext context, string format)
    {
        Template template;
        try
        {
            template = Template.Parse("format", format);
        }
        catch (TemplateException wrong)
        {
            await context.Response.ErrorAsync(StatusCodes.Status400BadRequest, wrong.Message).ConfigureAwait(false);
            return;
        }

        StatusReport report = await NowAsync(context).ConfigureAwait(false);
        try
        {
            string text = template.Execute(ReportTemplates.Value(report));
            await context.Response.TextAsync(text).ConfigureAwait(false);
        }
        catch (TemplateException)
        {
            await context.Response.ErrorAsync(StatusCodes.Status500InternalServerError, "error during template execution").ConfigureAwait(false);
        }
    }

    private static async Task MetricsAsync(HttpContext context)
    {
        StatusReport report = await NowAsync(context).ConfigureAwait(false);
        List<Metric> extras = [];
        foreach (IMetricSource source in context.RequestServices.GetServices<IMetricSource>())
        {
            extras.AddRange(await source.CollectAsync(context.RequestAborted).ConfigureAwait(false));
        }

        string text = MetricsText.Render(report, extras.Concat(MetricsText.Process()));
        await context.Response.BytesAsync(System.Text.Encoding.UTF8.GetBytes(text), MetricsText.ContentType).ConfigureAwait(false);
    }

    private static Task<StatusReport> NowAsync(HttpContext context) =>
        context.RequestServices.GetRequiredService<StatusReporter>().ReportAsync(context.RequestAborted);
}
