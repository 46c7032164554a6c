using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weave.Daemon;
using Weave.Docker;
using Weave.Ipam;
using Weave.Linux.Bridge;
using Weave.Linux.Firewall;
using Weave.Linux.Netlink;
using Weave.Names;
using Weave.Persistence;
using Weave.Status;

namespace Weave.Firewall;

public static class FirewallServices
{
    /// <summary>Rules of the host and <see cref="IExposure"/>. Needs links, addresses and the ARP announcer.</summary>
    public static IServiceCollection AddFirewall(this IServiceCollection services) => services
        .AddSingleton<IHostPrograms>(provider => new HostPrograms(HostNamespace(provider.GetRequiredService<DaemonOptions>())))
        .AddSingleton<IFirewall>(provider => new HostIptables(provider.GetRequiredService<IHostPrograms>(), provider.GetRequiredService<DaemonOptions>().ProcPath))
        .AddSingleton(provider => new ContainerBridges(
            provider.GetRequiredService<DaemonOptions>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<ContainerBridges>>(), provider.GetService<DockerClient>()))
        .AddSingleton<ProhibitionWatch>()
        .AddSingleton<IExposureOwner>(provider => new ExposureOwner(provider.GetService<IAddressAllocation>(), provider.GetService<NameService>()))
        .AddSingleton(MakeFirewall)
        .AddSingleton<IExposure>(provider => provider.GetRequiredService<HostFirewall>())
        .AddSingleton<ILocalRanges>(provider => provider.GetRequiredService<HostFirewall>())
        .AddHostedService(provider => provider.GetRequiredService<HostFirewall>());

    private static HostFirewall MakeFirewall(IServiceProvider provider) => new(
        provider.GetRequiredService<DaemonOptions>(),
        provider.GetRequiredService<IFirewall>(),
        provider.GetRequiredService<ILinks>(),
        provider.GetRequiredService<IAddresses>(),
        provider.GetRequiredService<IArpAnnouncer>(),
        provider.GetRequiredService<ContainerBridges>(),
        provider.GetRequiredService<ProhibitionWatch>(),
        provider.GetRequiredService<IStateStore>(),
        provider.GetRequiredService<IExposureOwner>(),
        provider.GetService<IDnsAddresses>(), // without names there is none
        provider.GetRequiredService<ProblemBoard>(),
        provider.GetRequiredService<TimeProvider>(),
        provider.GetRequiredService<ILogger<HostFirewall>>());

    /// <summary>In a container the host's process 1 shows where the host's programs are.</summary>
    private static string? HostNamespace(DaemonOptions options) => options.HostRoot.Length > 0 ? "/proc/1/ns/mnt" : null;
}
