using Weave.Api;

namespace Weave.Status;

/// <summary>Puts the report together from the sections of all parts.</summary>
public sealed class StatusReporter(IEnumerable<IReportSection> sections, Readiness readiness)
{
    private readonly IReportSection[] _sections = [.. sections];

    public async Task<StatusReport> ReportAsync(CancellationToken cancel)
    {
        StatusReport report = new() { Ready = readiness.IsReady, Version = ThisAssembly.Version };
        foreach (IReportSection section in _sections)
        {
            report = await section.AddToAsync(report, cancel).ConfigureAwait(false);
        }

        return report;
    }
}
