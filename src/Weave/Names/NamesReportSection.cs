using Weave.Api;
using Weave.Status;
using Weave.Wire.Names;
using Weave.Wire.Primitives;

namespace Weave.Names;

/// <summary>Names and their server in the report.</summary>
internal sealed class NamesReportSection(NameService names, NamesDaemon server) : IReportSection
{
    public async ValueTask<StatusReport> AddToAsync(StatusReport report, CancellationToken cancel)
    {
        IReadOnlyList<NameEntry> entries = await names.EntriesAsync(cancel).ConfigureAwait(false);
        return report with
        {
            Dns = new NamesReport
            {
                Domain = names.Domain,
                Upstream = server.Upstream,
                Address = server.ListenAddress,
                Ttl = (uint)server.TtlSeconds,
                Entries = [.. entries.Select(entry => new NameReport(
                    ForeignText.Clean(entry.Hostname), entry.Origin.ToString(), ForeignText.Clean(entry.Container), entry.Address.ToString(), (int)entry.Version, entry.Tombstone))],
            },
        };
    }
}
