using Weave.Api;
using Weave.Daemon;
using Weave.Ipam;
using Weave.Status;

namespace Weave.Plugin;

/// <summary>Docker's drivers in the report.</summary>
internal sealed class PluginReportSection(DaemonOptions options, IAddressAllocation? allocation = null) : IReportSection
{
    /// <summary>A managed plugin is called by the name it was installed under, and has but one.</summary>
    private const string ManagedDriver = "net-plugin";

    public ValueTask<StatusReport> AddToAsync(StatusReport report, CancellationToken cancel) => ValueTask.FromResult(report with
    {
        Plugin = new PluginReport
        {
            Config = new PluginConfigReport
            {
                Socket = options.PluginSocket,
                MeshSocket = options.PluginMeshSocket,
                Enable = options.Plugin,
                EnableV2 = options.PluginV2,
                EnableV2Multicast = options.PluginV2Multicast,
                Dns = options.Dns,
                DefaultSubnet = allocation?.DefaultSubnet.ToString() ?? "0.0.0.0/0",
                ProcPath = options.ProcPath,
            },
            DriverName = options.PluginV2 ? ManagedDriver : DefaultNetworkService.DriverNameOf(options.PluginSocket),
            MeshDriverName = options.PluginV2 ? null : DefaultNetworkService.DriverNameOf(options.PluginMeshSocket),
        },
    });
}
