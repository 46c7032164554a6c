using Microsoft.Extensions.DependencyInjection;
using Weave.Daemon;
using Weave.Linux.Firewall;

namespace Weave.Firewall;

public static class FirewallServices
{
    /// <summary>Rules of the host and <see cref="IExposure"/>. Needs links, addresses and the ARP announcer.</summary>
    public static IServiceCollection AddFirewall(this IServiceCollection services) => services
        .AddSingleton<IHostPrograms>(provider => new HostPrograms(HostNamespace(provider.GetRequiredService<DaemonOptions>())))
        .AddSingleton<IFirewall, HostIptables>()
        .AddSingleton<HostFirewall>()
        .AddSingleton<IExposure>(provider => provider.GetRequiredService<HostFirewall>())
        .AddSingleton<ILocalRanges>(provider => provider.GetRequiredService<HostFirewall>())
        .AddHostedService(provider => provider.GetRequiredService<HostFirewall>());

    /// <summary>In a container the host's process 1 shows where the host's programs are.</summary>
    private static string? HostNamespace(DaemonOptions options) => options.HostRoot.Length > 0 ? "/proc/1/ns/mnt" : null;
}
