using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weave.Daemon;
using Weave.Docker;
using Weave.Docker.Model;
using Weave.Linux.Bridge;
using Weave.Linux.Interop;
using Weave.Wire.Primitives;

namespace Weave.Names;

/// <summary>
/// Names of containers that are on the bridge already when the daemon starts, also of those that were attached while
/// there was no name server: host name and domain, for each address. Before the doors open, if Docker answers.
/// </summary>
internal sealed class ExistingNames(
    DaemonOptions options, DockerClient docker, IContainerInterfaces interfaces, INameRegistry names, TimeProvider time, ILogger<ExistingNames> logger)
    : BackgroundService
{
    /// <summary>
    /// A dockerd that starts answers nobody before its containers run, and these wait for our doors. It gets no more
    /// than this; the names follow when it answers.
    /// </summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAny(ExecuteTask!, Task.Delay(Patience, time, cancellationToken)).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            foreach (ContainerSummary container in await docker.Containers.ListAsync(all: false, stoppingToken).ConfigureAwait(false))
            {
                if (await docker.Containers.InspectAsync(container.Id, stoppingToken).ConfigureAwait(false) is { State.Pid: > 0 } running)
                {
                    await RegisterAsync(running, stoppingToken).ConfigureAwait(false);
                }
            }
        }
        catch (Exception failure) when (failure is DockerException or IOException or HttpRequestException or OperationCanceledException)
        {
            if (!stoppingToken.IsCancellationRequested)
            {
                logger.ContainersNotAsked(failure.Message);
            }
        }
    }

    /// <summary>A host name without a domain, and without a dot of its own, says nothing about names in ours.</summary>
    internal static string? NameOf(ContainerConfig config) => config switch
    {
        { Domainname.Length: > 0 } => $"{config.Hostname}.{config.Domainname}",
        _ when config.Hostname.Contains('.', StringComparison.Ordinal) => config.Hostname + ".",
        _ => null,
    };

    private async Task RegisterAsync(ContainerDetails container, CancellationToken cancel)
    {
        if (NameOf(container.Config) is not { } name)
        {
            return;
        }

        IReadOnlyList<Ipv4Cidr> addresses = AddressesOf(container.State.Pid);
        foreach (Ipv4Cidr cidr in addresses)
        {
            await names.RegisterAsync(container.Id, name, cidr.Address, cancel).ConfigureAwait(false);
        }

        // Its end may have been told between the question and the names: then nobody will take them back.
        if (addresses.Count > 0
            && await docker.Containers.InspectAsync(container.Id, cancel).ConfigureAwait(false) is not { State.Running: true })
        {
            foreach (Ipv4Cidr cidr in addresses)
            {
                await names.DeleteAsync(container.Id, name, cidr.Address, cancel).ConfigureAwait(false);
            }
        }
    }

    private IReadOnlyList<Ipv4Cidr> AddressesOf(int pid)
    {
        try
        {
            return [.. interfaces.OnBridge($"{options.ProcPath}/{pid}/ns/net", options.WeaveBridge).SelectMany(found => found.Addresses)];
        }
        catch (Exception ended) when (ended is KernelException or IOException or UnauthorizedAccessException)
        {
            return []; // the container ended meanwhile
        }
    }
}
