using Weave.Cli.Launch;
using Weave.Docker;
using Weave.Docker.Managed;
using Weave.Docker.Model;

namespace Weave.Cli.Commands;

/// <summary><c>weave reset</c>: leaves the mesh, and nothing of ours on the host.</summary>
internal static class ResetCommand
{
    private static readonly TimeSpan ForGossip = TimeSpan.FromMilliseconds(500);

    internal static async Task<int> RunAsync(CliContext context, string[] args)
    {
        bool force = args is ["--force"];
        if (args.Length > 0 && !force)
        {
            throw new UsageException($"weave reset: unknown option '{args[0]}'");
        }

        await WeaveContainer.FindToEndAsync(context, context.Environment.ContainerName).ConfigureAwait(false);
        await WeaveContainer.FindOursAsync(context, context.Environment.DatabaseVolume).ConfigureAwait(false);
        bool runs = await CheckAsync(context, force).ConfigureAwait(false);
        await StopCommand.KeepNetworkAwayAsync(context).ConfigureAwait(false);
        await SocketGuard.RemoveNetworksAsync(context).ConfigureAwait(false);
        await LeaveAsync(context, runs).ConfigureAwait(false);
        await StopCommand.StopAsync(context).ConfigureAwait(false);
        await context.Docker.Containers.RemoveAsync(context.Environment.ContainerName, force: true, context.Cancel).ConfigureAwait(false);
        await GuardPlugin.RemoveAsync(context.Docker, context.Cancel).ConfigureAwait(false);
        int cleaned = await CleanHostAsync(context).ConfigureAwait(false);
        foreach (ContainerSummary old in await context.Docker.Containers.ListAsync(all: true, context.Cancel, label: RouterContainer.Label).ConfigureAwait(false))
        {
            await context.Docker.Containers.RemoveAsync(old.Id, force: true, context.Cancel).ConfigureAwait(false);
        }

        // The original router's, in a container of the same name: the next launch would take its addresses for ours.
        await context.Docker.Containers.RemoveAsync(context.Environment.DatabaseVolume, force: true, context.Cancel).ConfigureAwait(false);
        await context.Docker.Volumes.RemoveAsync(context.Environment.DatabaseVolume, force: true, context.Cancel).ConfigureAwait(false);
        await context.Docker.Images.RemoveAsync(WeaveImage.Name, force: true, context.Cancel).ConfigureAwait(false);
        return cleaned;
    }

    /// <summary>Takes away what the router made on the Docker host.</summary>
    /// <returns>Exit status; what could not be removed is told.</returns>
    internal static async Task<int> CleanHostAsync(CliContext context) => HostSide.IsHere(context)
        ? await HostCleanupCommand.RunAsync(context, []).ConfigureAwait(false)
        : await HostSide.RunAsync(context, ["host-cleanup"]).ConfigureAwait(false);

    /// <returns>The router runs.</returns>
    private static async Task<bool> CheckAsync(CliContext context, bool force)
    {
        if (await WeaveContainer.RunsAsync(context).ConfigureAwait(false))
        {
            return true;
        }

        return force || await context.Docker.Containers.InspectAsync(context.Environment.ContainerName, context.Cancel).ConfigureAwait(false) is null
            ? false
            : throw new CommandException("ERROR: weave is not running; unable to remove from cluster.\nRe-launch weave before reset or use --force to override.");
    }

    private static async Task LeaveAsync(CliContext context, bool runs)
    {
        if (!runs)
        {
            return;
        }

        if (HostSide.IsHere(context))
        {
            await context.Router.TryAsync("DELETE", "/peer").ConfigureAwait(false);
        }
        else
        {
            await HostSide.CaptureAsync(context, ["leave"]).ConfigureAwait(false);
        }

        await Task.Delay(ForGossip, context.Cancel).ConfigureAwait(false);
    }
}
