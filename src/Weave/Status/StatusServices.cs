using Microsoft.Extensions.DependencyInjection;

namespace Weave.Status;

public static class StatusServices
{
    /// <summary>Report, status texts and metrics. Parts add their <see cref="IReportSection"/> and <see cref="IMetricSource"/>.</summary>
    public static IServiceCollection AddStatus(this IServiceCollection services) =>
        services.AddSingleton<Readiness>().AddSingleton<StatusReporter>().AddSingleton<ProblemBoard>();

    /// <summary>Problems in report and metrics. They are added to what the mesh says of itself, so this comes after it.</summary>
    public static IServiceCollection AddProblemReport(this IServiceCollection services) => services
        .AddSingleton<IReportSection>(provider => provider.GetRequiredService<ProblemBoard>())
        .AddSingleton<IMetricSource>(provider => provider.GetRequiredService<ProblemBoard>());
}
