using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Weave.Core.Mesh;
using Weave.Daemon;
using Weave.Overlay;
using Weave.Overlay.Fast;
using Weave.Persistence;
using Weave.Status;
using Weave.Wire.Primitives;

namespace Weave.Mesh;

/// <summary>Puts the mesh together.</summary>
public static class MeshServices
{
    /// <summary>
    /// Adds <see cref="MeshRouter"/>, <see cref="IMeshControl"/> and <see cref="IMeshState"/>. Wants an
    /// <see cref="IOverlayManager"/> and an <see cref="IStateStore"/>. Add it before the parts that join channels, and
    /// call <see cref="StartMesh"/> after them.
    /// </summary>
    public static IServiceCollection AddMesh(this IServiceCollection services)
    {
        services.TryAddSingleton(MakeIdentity);
        return services
            .AddSingleton(MakeRouter)
            .AddSingleton<IPeerDirectory>(provider => provider.GetRequiredService<MeshRouter>())
            .AddSingleton<MeshService>()
            .AddSingleton<IMeshControl>(provider => provider.GetRequiredService<MeshService>())
            .AddSingleton<IMeshState>(provider => provider.GetRequiredService<MeshService>())
            .AddSingleton<IMetricSource, MeshMetrics>()
            .AddSingleton<IReportSection, MeshReport>();
    }

    /// <summary>Has the mesh listen and connect when the parts added before have started.</summary>
    public static IServiceCollection StartMesh(this IServiceCollection services) =>
        services.AddHostedService(provider => provider.GetRequiredService<MeshService>());

    private static MeshIdentity MakeIdentity(IServiceProvider provider)
    {
        DaemonOptions options = provider.GetRequiredService<DaemonOptions>();
        HostName name = new(
            new HostIdentity(options.HostRoot), provider.GetRequiredService<IStateStore>(), provider.GetRequiredService<ProblemBoard>(), provider.GetRequiredService<ILogger<HostName>>());
        return new MeshIdentity(name.Take(options.Name, options.WeaveBridge), options.Nickname ?? Environment.MachineName);
    }

    private static MeshRouter MakeRouter(IServiceProvider provider)
    {
        DaemonOptions options = provider.GetRequiredService<DaemonOptions>();
        MeshIdentity identity = provider.GetRequiredService<MeshIdentity>();
        KernelRandom random = new();
        SortedDictionary<string, string> features = new(StringComparer.Ordinal);
        provider.GetRequiredService<IOverlayManager>().AddFeatures(features);
        MeshOptions mesh = new()
        {
            Self = identity.Name,
            Uid = random.NextUInt64() | 1,
            // The kernel may forward with an id already, since before we were started.
            ShortId = provider.GetService<FastDatapathHolder>()?.AdoptedShortId ?? new ShortId((ushort)random.Next(ShortId.Count)),
            Nickname = identity.Nickname,
            Port = options.Port,
            Password = string.IsNullOrEmpty(options.Password) ? null : options.Password,
            MinProtocolVersion = (byte)options.LeastProtocolVersion,
            MaxProtocolVersion = (byte)options.MaxProtocolVersion,
            ConnectionLimit = options.ConnectionLimit,
            Discovery = options.Discovery,
            TrustedSubnets = [.. options.TrustedSubnets.Select(Ipv4Cidr.Parse)],
            OverlayFeatures = features,
        };
        return new MeshRouter(mesh, random, provider.GetRequiredService<ControlLoop>().Now);
    }
}
