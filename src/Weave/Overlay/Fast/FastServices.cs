using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weave.Daemon;
using Weave.Firewall;
using Weave.Linux.Bridge;
using Weave.Linux.Netlink;
using Weave.Mesh;
using Weave.Status;
using Weave.Wire.Primitives;

namespace Weave.Overlay.Fast;

/// <summary>Composition of this folder.</summary>
internal static class FastServices
{
    /// <summary>
    /// Adds the fast datapath. Goes before <see cref="OverlayServices.AddOverlay"/>: whether the kernel switches is decided
    /// here, when the <see cref="OverlayMode"/> is first asked for.
    /// </summary>
    internal static IServiceCollection AddFastDatapath(this IServiceCollection services) => services
        .AddSingleton<FastDatapathHolder>()
        .AddSingleton<IBridgeDetour, FastDetour>()
        .AddSingleton(MakeMode)
        .AddSingleton<ISubOverlay>(MakeOverlay)
        .AddSingleton<FastPorts>()
        .AddHostedService(provider => provider.GetRequiredService<FastPorts>());

    /// <summary>Its part of the report. Goes after the mesh's.</summary>
    internal static IServiceCollection AddFastDatapathReport(this IServiceCollection services) => services
        .AddSingleton<FastReport>()
        .AddSingleton<IReportSection>(provider => provider.GetRequiredService<FastReport>())
        .AddSingleton<IMetricSource>(provider => provider.GetRequiredService<FastReport>());

    private static OverlayMode MakeMode(IServiceProvider provider)
    {
        DaemonOptions options = provider.GetRequiredService<DaemonOptions>();
        FastDatapathHolder holder = provider.GetRequiredService<FastDatapathHolder>();
        if (options.FastDatapath)
        {
            PeerName self = provider.GetRequiredService<MeshIdentity>().Name;
            provider.GetRequiredService<HostBridge>().Ensure(new BridgeSpec(options.WeaveBridge, new MacAddress(self.Value), holder.MtuBytes));
        }

        TapConnection.RemoveOld(provider.GetRequiredService<ILinks>()); // the device may want its name
        return new OverlayMode(holder.Open());
    }

    /// <summary>After sleeve, whose TAP device the programs hand frames to.</summary>
    private static FastOverlay MakeOverlay(IServiceProvider provider)
    {
        _ = provider.GetRequiredService<SleeveOverlay>();
        FastDatapathHolder holder = provider.GetRequiredService<FastDatapathHolder>();
        holder.Datapath?.AttachHandover(OverlayServices.TapName);
        return new FastOverlay(
            provider.GetRequiredService<ControlLoop>(),
            holder,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<FastOverlay>>());
    }
}
