using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weave.Core.Ipam;
using Weave.Core.Mesh;
using Weave.Daemon;
using Weave.Docker;
using Weave.Linux.Bridge;
using Weave.Linux.Netlink;
using Weave.Mesh;
using Weave.Persistence;
using Weave.Status;
using Weave.Wire.Primitives;

namespace Weave.Ipam;

/// <summary>Composition of this folder.</summary>
internal static class IpamServices
{
    /// <summary>The allocator as a channel of the mesh. Nothing when no range was given: then the routes are absent too.</summary>
    internal static IServiceCollection AddIpam(this IServiceCollection services, DaemonOptions options)
    {
        if (!options.AllocationEnabled)
        {
            return services;
        }

        if (options.NoMasqueradeLocal)
        {
            services.AddHostedService<LocalRangeFeed>();
        }

        if (options.DockerApi.Length > 0)
        {
            services.AddSingleton<OwnerPruner>()
                .AddSingleton<IContainerObserver>(provider => provider.GetRequiredService<OwnerPruner>())
                .AddHostedService(provider => provider.GetRequiredService<OwnerPruner>());
        }

        return services
            .AddSingleton(MakeAllocation)
            .AddSingleton<IAddressAllocation>(provider => provider.GetRequiredService<AddressAllocation>())
            .AddSingleton<IIpamControl>(provider => provider.GetRequiredService<AddressAllocation>())
            .AddSingleton<IMetricSource, IpamMetrics>()
            .AddSingleton<IReportSection, IpamReport>();
    }

    private static AddressAllocation MakeAllocation(IServiceProvider provider)
    {
        DaemonOptions options = provider.GetRequiredService<DaemonOptions>();
        MeshRouter router = provider.GetRequiredService<MeshRouter>();
        ControlLoop loop = provider.GetRequiredService<ControlLoop>();
        Ipv4Cidr universe = Ipv4Cidr.Parse(options.IpAllocationRange);
        Ipv4Cidr subnet = options.IpAllocationDefaultSubnet.Length > 0 ? Ipv4Cidr.Parse(options.IpAllocationDefaultSubnet) : universe;
        ILogger<AddressAllocation> log = provider.GetRequiredService<ILogger<AddressAllocation>>();
        ExistingAddresses existing = new(
            options,
            provider.GetRequiredService<ILinks>(),
            provider.GetRequiredService<IAddresses>(),
            provider.GetRequiredService<IContainerInterfaces>(),
            provider.GetService<DockerClient>(),
            log);
        AllocatorOptions allocation = OptionsFor(AllocationMode.Parse(options.IpAllocationInit), universe, router) with { PreClaims = existing.Find() };
        StoredAllocation store = new(provider.GetRequiredService<IStateStore>(), router.Self);
        Allocator allocator = router.AddChannel(
            Allocator.ChannelName, sender => new Allocator(allocation, sender, router, new KernelRandom(), store));
        allocator.Start(loop.Now);
        RangeProblems problems = new(provider.GetRequiredService<ProblemBoard>());
        loop.AfterEach(() => problems.Show(allocator.OtherRanges));
        return new AddressAllocation(loop, allocator, universe, subnet, log);
    }

    /// <summary>Without a number the first peers are those that we were told of, and ourselves.</summary>
    private static AllocatorOptions OptionsFor(AllocationMode mode, Ipv4Cidr universe, MeshRouter router) => mode switch
    {
        AllocationMode.Seed seed => new(universe, () => Quorum(1), IsObserver: false, seed.Names, []),
        AllocationMode.Observer => new(universe, () => Quorum(1), IsObserver: true, [], []),
        AllocationMode.Consensus { Peers: { } peers } => new(universe, () => Quorum(peers), IsObserver: false, [], []),
        _ => new(universe, () => Quorum(1 + router.ActiveTargets.Count), IsObserver: false, [], []),
    };

    private static int Quorum(int peers) => (peers / 2) + 1;
}
