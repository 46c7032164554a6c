using System.Globalization;
using Weave.Docker.Model;

namespace Weave.Cli;

/// <summary>The state of containers, in the original's words.</summary>
internal static class WeaveContainer
{
    /// <summary>Null when it runs; else why not.</summary>
    internal static async Task<string?> ProblemAsync(CliContext context, string name)
    {
        ContainerDetails? container = await context.Docker.Containers.InspectAsync(name, context.Cancel).ConfigureAwait(false);
        return container?.State switch
        {
            null => $"{name} container is not present. Have you launched it?",
            { Restarting: true } => $"{name} container is restarting.",
            { Running: false } or { Paused: true } => $"{name} container is not running.",
            _ => null,
        };
    }

    /// <summary>It runs, and was started less than <paramref name="age"/> ago.</summary>
    internal static async Task<bool> IsYoungAsync(CliContext context, string name, TimeSpan age)
    {
        ContainerDetails? container = await context.Docker.Containers.InspectAsync(name, context.Cancel).ConfigureAwait(false);
        return container is { State: { Running: true, Paused: false } state }
            && DateTimeOffset.TryParse(state.StartedAt, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset started)
            && DateTimeOffset.UtcNow - started < age;
    }

    internal static async Task<bool> RunsAsync(CliContext context) =>
        await ProblemAsync(context, context.Environment.ContainerName).ConfigureAwait(false) is null;

    /// <summary>The full id of a container.</summary>
    /// <exception cref="CommandException">There is none, or it does not run.</exception>
    internal static async Task<ContainerDetails> FindAsync(CliContext context, string name)
    {
        ContainerDetails container = await context.Docker.Containers.InspectAsync(name, context.Cancel).ConfigureAwait(false)
            ?? throw new CommandException($"Error: No such container: {name}");
        return container;
    }
}
