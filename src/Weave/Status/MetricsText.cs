using System.Diagnostics;
using System.Globalization;
using System.Text;
using Weave.Api;

namespace Weave.Status;

/// <summary>GET /metrics: Prometheus text format 0.0.4. Names and labels of the original come first; ours are added.</summary>
/// <remarks>Protocol section 6.3.</remarks>
internal static class MetricsText
{
    internal const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    internal static string Render(StatusReport report, IEnumerable<Metric> extras)
    {
        StringBuilder text = new();
        foreach (IGrouping<string, Metric> family in FromReport(report).Concat(extras).GroupBy(metric => metric.Name).OrderBy(family => family.Key, StringComparer.Ordinal))
        {
            Metric first = family.First();
            text.Append(CultureInfo.InvariantCulture, $"# HELP {first.Name} {first.Help}\n# TYPE {first.Name} {(first.IsCounter ? "counter" : "gauge")}\n");
            foreach (string line in family.Select(Line).Order(StringComparer.Ordinal))
            {
                text.Append(line);
            }
        }

        return text.ToString();
    }

    /// <summary>What every exporter tells of its process.</summary>
    internal static IEnumerable<Metric> Process()
    {
        using Process self = System.Diagnostics.Process.GetCurrentProcess();
        double started = (self.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds;
        yield return new Metric("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", self.TotalProcessorTime.TotalSeconds);
        yield return new Metric("process_resident_memory_bytes", "Resident memory size in bytes.", self.WorkingSet64);
        yield return new Metric("process_virtual_memory_bytes", "Virtual memory size in bytes.", self.VirtualMemorySize64);
        yield return new Metric("process_start_time_seconds", "Start time of the process since unix epoch in seconds.", started);
        yield return new Metric("process_open_fds", "Number of open file descriptors.", Directory.EnumerateFileSystemEntries("/proc/self/fd").Count());
        yield return new Metric("process_threads", "Number of threads.", self.Threads.Count);
        yield return new Metric("dotnet_managed_heap_bytes", "Bytes of the managed heap in use.", GC.GetTotalMemory(forceFullCollection: false));
        yield return new Metric("dotnet_collections_total", "Garbage collections.", GC.CollectionCount(0));
    }

    private static IEnumerable<Metric> FromReport(StatusReport report)
    {
        if (report.Router is { } router)
        {
            foreach (Metric metric in Connections(router.Connections ?? []))
            {
                yield return metric;
            }

            yield return new Metric("weave_connection_terminations_total", "Number of peer-to-peer connections terminated.", router.TerminationCount);
            if (router.OverlayDiagnostics?.GetValueOrDefault("fastdp") is { } datapath)
            {
                yield return new Metric("weave_flows", "Number of FastDP flows.", datapath.Flows.Count);
            }
        }

        if (report.Ipam is { } ipam)
        {
            AllocationShare[] lost = [.. AllocationShare.Of(ipam).Where(share => !share.Reachable)];
            double lostAddresses = lost.Sum(share => (double)share.Addresses);
            yield return new Metric("weave_ips", "Number of IP addresses.", ipam.ActiveIPs, ("state", "local-used"));
            yield return new Metric("weave_max_ips", "Size of IP address space used by allocator.", ipam.RangeNumIPs);
            yield return new Metric("weave_ipam_unreachable_count", "Number of unreachable peers.", lost.Length);
            yield return new Metric("weave_ipam_unreachable_percentage", "Percentage of IP addresses owned  by unreachable peers.", ipam.RangeNumIPs == 0 ? 0 : lostAddresses * 100 / ipam.RangeNumIPs);
            yield return new Metric("weave_ipam_pending_allocates", "Number of pending allocates.", ipam.PendingAllocates?.Count ?? 0);
            yield return new Metric("weave_ipam_pending_claims", "Number of pending claims.", ipam.PendingClaims?.Count ?? 0);
        }

        if (report.Dns is { } dns)
        {
            yield return new Metric("weave_dns_entries", "Number of DNS entries.", StatusTexts.LiveNames(dns).Count(entry => entry.Origin == report.Router?.Name));
        }
    }

    private static IEnumerable<Metric> Connections(IReadOnlyList<ConnectionReport> connections)
    {
        const string Help = "Number of peer-to-peer connections.";
        foreach (var group in connections.GroupBy(connection => (connection.State, Type: Attribute(connection, ConnectionAttributes.Overlay) as string ?? "unknown")))
        {
            int encrypted = group.Count(connection => Attribute(connection, ConnectionAttributes.Encrypted) is true);
            yield return new Metric("weave_connections", Help, group.Count() - encrypted, ("encryption", ""), ("state", group.Key.State), ("type", group.Key.Type));
            yield return new Metric("weave_connections", Help, encrypted, ("encryption", "yes"), ("state", group.Key.State), ("type", group.Key.Type));
        }
    }

    private static object? Attribute(ConnectionReport connection, string name) => connection.Attrs?.GetValueOrDefault(name);

    private static string Line(Metric metric)
    {
        string labels = string.Join(',', metric.Labels.OrderBy(label => label.Name, StringComparer.Ordinal).Select(label => $"{label.Name}=\"{Escaped(label.Value)}\""));
        return $"{metric.Name}{(labels.Length > 0 ? $"{{{labels}}}" : "")} {GoFloat.Format(metric.Value)}\n";
    }

    private static string Escaped(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
