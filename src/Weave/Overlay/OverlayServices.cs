using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Weave.Core.Overlay;
using Weave.Daemon;
using Weave.Firewall;
using Weave.Linux.Bpf;
using Weave.Linux.Bridge;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Linux.Packet;
using Weave.Mesh;
using Weave.Overlay.Fast;
using Weave.Overlay.Pieces;
using Weave.Status;
using Weave.Wire.Primitives;

namespace Weave.Overlay;

/// <summary>Composition of this folder.</summary>
internal static class OverlayServices
{
    /// <summary>The TAP device through which frames reach us.</summary>
    internal const string TapName = "vethwe-sleeve";

    /// <summary>Super-packets of 64 KB, so this is a lot of data.</summary>
    private const int TapQueueLength = 1000;

    /// <summary>
    /// Adds <see cref="IOverlayManager"/>. Other overlays are added before, as <see cref="ISubOverlay"/>, and are
    /// preferred to sleeve; whoever makes the kernel switch says so with an <see cref="OverlayMode"/>.
    /// </summary>
    internal static IServiceCollection AddOverlay(this IServiceCollection services)
    {
        services.TryAddSingleton(new OverlayMode(FastDatapath: false));
        return services.AddSingleton(MakeSleeve).AddSingleton<IOverlayManager>(MakeManager).AddSingleton<IMetricSource, SleeveMetrics>().AddHostedService<BridgePort>().AddHostedService(MakeWatch);
    }

    /// <summary>Its part of the report. Goes after the mesh's.</summary>
    internal static IServiceCollection AddOverlayReport(this IServiceCollection services) => services.AddSingleton<IReportSection, SleeveReport>();

    private static OverlayManager MakeManager(IServiceProvider provider)
    {
        SleeveOverlay sleeve = provider.GetRequiredService<SleeveOverlay>();
        bool kernel = provider.GetRequiredService<OverlayMode>().FastDatapath; // registered overlays are the kernel's
        return new OverlayManager(
            provider.GetRequiredService<ControlLoop>(),
            [.. kernel ? provider.GetServices<ISubOverlay>() : [], sleeve],
            provider.GetRequiredService<ILogger<OverlayManager>>());
    }

    private static SleeveOverlay MakeSleeve(IServiceProvider provider)
    {
        DaemonOptions options = provider.GetRequiredService<DaemonOptions>();
        OverlayMode mode = provider.GetRequiredService<OverlayMode>();
        TapDevice tap = MakePort(provider, options, mode);
        MacTable? macs = mode.FastDatapath ? null : new MacTable();
        SleeveOverlay sleeve = new(
            SleeveChannels.Open(LocalAddress(options), (ushort)options.Port),
            tap,
            macs is null ? new HandoverPlane() : new BridgedPlane(macs),
            macs,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<SleeveOverlay>>(),
            failure => provider.GetRequiredService<Essentials>().Died("a thread of the data plane", failure));
        sleeve.Start();
        return sleeve;
    }

    /// <summary>In bridged mode also the bridge, which has our name as its address.</summary>
    private static TapDevice MakePort(IServiceProvider provider, DaemonOptions options, OverlayMode mode)
    {
        ILinks links = provider.GetRequiredService<ILinks>();
        TapConnection connection = new(
            links,
            provider.GetRequiredService<ISysctls>(),
            provider.GetRequiredService<HostBridge>().Ensure,
            provider.GetRequiredService<ILogger<TapConnection>>());
        TapConnection.RemoveOld(links);
        TapDevice tap = TapDevice.Create(TapName);
        links.Change(TapName, new LinkChange { Up = true, MtuBytes = TapConnection.TapMtuBytes, TransmitQueueLength = TapQueueLength });
        if (!mode.FastDatapath)
        {
            PeerName self = provider.GetRequiredService<MeshIdentity>().Name;
            int mtu = options.MtuBytes > 0 ? options.MtuBytes : BridgeSpec.UnboundedMtuBytes;
            connection.Connect(TapName, new BridgeSpec(options.WeaveBridge, new MacAddress(self.Value), mtu), options.ExpectNpc);
        }

        return tap;
    }

    /// <summary>After all else has started: what there is then has to stay.</summary>
    private static PieceWatch MakeWatch(IServiceProvider provider) => new(
        () => MakeKeeper(provider),
        () => provider.GetRequiredService<FastPorts>().Look(),
        provider.GetRequiredService<TimeProvider>(),
        provider.GetRequiredService<ILogger<PieceWatch>>());

    private static PieceKeeper MakeKeeper(IServiceProvider provider)
    {
        DaemonOptions options = provider.GetRequiredService<DaemonOptions>();
        ILinks links = provider.GetRequiredService<ILinks>();
        IDatapathPieces? datapath = provider.GetRequiredService<FastDatapathHolder>().Datapath?.Pieces;
        Link bridge = links.Find(options.WeaveBridge) ?? throw new KernelException($"look up link \"{options.WeaveBridge}\"", Errno.ENODEV);
        PieceSetup setup = new(new BridgeSpec(bridge.Name, new MacAddress(provider.GetRequiredService<MeshIdentity>().Name.Value), bridge.MtuBytes), TapName)
        {
            TapMtuBytes = TapConnection.TapMtuBytes,
            TapQueueLength = TapQueueLength,
            Fast = datapath?.Spec,
            Pair = datapath is null && links.Find(TapConnection.FarEnd) is not null,
        };
        BridgeAddresses addresses = new(
            provider.GetRequiredService<HostBridge>(),
            links,
            provider.GetRequiredService<IAddresses>(),
            provider.GetRequiredService<IRoutes>(),
            () => provider.GetService<IExposure>()?.Exposed ?? []);
        return new PieceKeeper(
            setup,
            datapath,
            (TapDevice)provider.GetRequiredService<SleeveOverlay>().Port,
            links,
            provider.GetRequiredService<ISysctls>(),
            addresses,
            datapath is null ? new NoPieceEvents() : provider.GetServices<ISubOverlay>().OfType<FastOverlay>().First(),
            provider.GetRequiredService<ProblemBoard>(),
            provider.GetRequiredService<TimeProvider>());
    }

    private static Ipv4Address LocalAddress(DaemonOptions options) =>
        options.Host.Length == 0 ? default
        : Ipv4Address.TryParse(options.Host, out Ipv4Address address) ? address
        : throw new OptionException($"--host {options.Host} is not an IPv4 address");
}
