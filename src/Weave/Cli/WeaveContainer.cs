using System.Globalization;
using Weave.Cli.Launch;
using Weave.Docker.Model;

namespace Weave.Cli;

/// <summary>The state of containers, in the original's words.</summary>
internal static class WeaveContainer
{
    /// <summary>Where the original's containers have their record, whatever image they are from.</summary>
    private const string OriginalData = "/weavedb";

    private static readonly string[] OriginalImages = ["weaveworks/weave", "weaveworks/weavedb"];

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

    /// <summary>
    /// Made by launch, ours or the original's, from whatever registry. A container that only has the name is somebody
    /// else's: it is neither stopped nor removed.
    /// </summary>
    internal static bool IsRouter(ContainerDetails container) =>
        container.Config.Labels?.ContainsKey(RouterContainer.Label) == true
        || container.Mounts?.Any(mount => mount.Destination == OriginalData) == true
        || Repository(container.Config.Image) is var image
            && (image == WeaveImage.Repository || OriginalImages.Any(original => image == original || image.EndsWith("/" + original, StringComparison.Ordinal)));

    /// <summary>The container of this name if launch made it; null when there is none.</summary>
    /// <exception cref="CommandException">It is somebody else's.</exception>
    internal static async Task<ContainerDetails?> FindOursAsync(CliContext context, string name)
    {
        ContainerDetails? container = await context.Docker.Containers.InspectAsync(name, context.Cancel).ConfigureAwait(false);
        return container is null || IsRouter(container) ? container
            : throw new CommandException($"The container named '{name}' is not Weave Net's (its image is {container.Config.Image}): left alone.", 2);
    }

    /// <summary>The same, to be ended: one that is paused goes on first, since it answers nobody and Docker waits for it.</summary>
    /// <exception cref="CommandException">It is somebody else's.</exception>
    internal static async Task<ContainerDetails?> FindToEndAsync(CliContext context, string name)
    {
        ContainerDetails? container = await FindOursAsync(context, name).ConfigureAwait(false);
        if (container is { State.Paused: true })
        {
            await context.Docker.Containers.UnpauseAsync(container.Id, context.Cancel).ConfigureAwait(false);
        }

        return container;
    }

    /// <summary>Without tag and digest. A colon before a slash belongs to the registry's port.</summary>
    private static string Repository(string image)
    {
        string named = image.Split('@')[0];
        int colon = named.LastIndexOf(':');
        return colon > named.LastIndexOf('/') ? named[..colon] : named;
    }

    /// <summary>The full id of a container.</summary>
    /// <exception cref="CommandException">There is none, or it does not run.</exception>
    internal static async Task<ContainerDetails> FindAsync(CliContext context, string name)
    {
        ContainerDetails container = await context.Docker.Containers.InspectAsync(name, context.Cancel).ConfigureAwait(false)
            ?? throw new CommandException($"Error: No such container: {name}");
        return container;
    }
}
