using Microsoft.Extensions.DependencyInjection;

namespace Weave.Status;

public static class StatusServices
{
    /// <summary>Report, status texts and metrics. Parts add their <see cref="IReportSection"/> and <see cref="IMetricSource"/>.</summary>
    public static IServiceCollection AddStatus(this IServiceCollection services) =>
        services.AddSingleton<Readiness>().AddSingleton<StatusReporter>();
}
