using Weave.Api;

namespace Weave.Status;

/// <summary>What one part contributes to the report. Parts register one each; they are asked in the order of registration.</summary>
public interface IReportSection
{
    /// <summary>The report with this part's section filled in; what others filled in is kept.</summary>
    ValueTask<StatusReport> AddToAsync(StatusReport report, CancellationToken cancel);
}
