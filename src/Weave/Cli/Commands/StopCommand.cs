using Weave.Docker;
using Weave.Docker.Model;

namespace Weave.Cli.Commands;

/// <summary><c>weave stop</c>. Containers keep their interfaces, and on the fast path their traffic.</summary>
internal static class StopCommand
{
    internal const string DefaultNetwork = "weave";
    private const string MeshDriver = "weavemesh";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    internal static async Task<int> RunAsync(CliContext context, string[] args)
    {
        if (args.Length > 0)
        {
            throw new UsageException($"weave stop takes no argument '{args[0]}'");
        }

        await StopAsync(context).ConfigureAwait(false);
        return 0;
    }

    internal static async Task StopAsync(CliContext context)
    {
        ContainerDetails? container = await WeaveContainer.FindToEndAsync(context, context.Environment.ContainerName).ConfigureAwait(false);
        await KeepNetworkAwayAsync(context).ConfigureAwait(false);
        await RemoveNetworkAsync(context).ConfigureAwait(false);
        if (!await WeaveContainer.RunsAsync(context).ConfigureAwait(false))
        {
            await context.Error.WriteLineAsync("Weave is not running (ignore on Kubernetes).").ConfigureAwait(false);
        }

        if (container is not null)
        {
            await context.Docker.Containers.StopAsync(container.Id, Patience, context.Cancel).ConfigureAwait(false);
        }
    }

    /// <summary>The router would make the network anew while we are about to remove it. One that does not run, or is the original's, does not.</summary>
    internal static async Task KeepNetworkAwayAsync(CliContext context)
    {
        try
        {
            // One that is stopped by a signal takes the question and never answers.
            await context.Router.TryAsync("DELETE", "/network").WaitAsync(TimeSpan.FromSeconds(2), context.Cancel).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await context.Error.WriteLineAsync("The router does not answer; going on without it.").ConfigureAwait(false);
        }
    }

    /// <summary>The network that the plugin made, unless containers are on it or somebody else made it.</summary>
    private static async Task RemoveNetworkAsync(CliContext context)
    {
        NetworkDetails? network = await context.Docker.Networks.InspectAsync(DefaultNetwork, context.Cancel).ConfigureAwait(false);
        if (network?.Driver != MeshDriver)
        {
            return;
        }

        try
        {
            await context.Docker.Networks.RemoveAsync(network.Id, context.Cancel).ConfigureAwait(false);
        }
        catch (DockerException inUse) when (inUse.Message.Contains("active endpoints", StringComparison.Ordinal))
        {
            // Containers are on it, and keep it: that is how it should be.
        }
        catch (DockerException failure)
        {
            await context.Error.WriteLineAsync(failure.Message).ConfigureAwait(false);
        }
    }
}
