using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using Weave.Api;
using Weave.Cli.Commands;
using Weave.Docker;
using Weave.Docker.Managed;
using Weave.Docker.Model;

namespace Weave.Cli.Launch;

/// <summary><c>weave launch</c>.</summary>
/// <remarks>
/// 1. Read the words, and refuse what the router would refuse. 2. Nothing of ours may run. 3. Look at the host.
/// 4. Image, volume, container. 5. Start, wait until it answers, print its id. What fails takes its container along.
/// </remarks>
internal static class LaunchCommand
{
    internal const string DefaultRange = "10.32.0.0/12";
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ExecEvery = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan ExecPatience = TimeSpan.FromSeconds(5);

    internal static async Task<int> RunAsync(CliContext context, string[] args)
    {
        LaunchArguments arguments = LaunchArguments.Read(context.Environment, args);
        LaunchArguments.Check(RouterArguments(context, arguments, new HostFacts()));
        _ = ExtraDockerArguments.Read(context.Environment.Or("WEAVE_DOCKER_ARGS", "")); // before anything is made
        await EnsureNotRunningAsync(context).ConfigureAwait(false);
        HostFacts facts = await LookAtHostAsync(context, arguments.Range ?? DefaultRange).ConfigureAwait(false);
        Warn(context, arguments, facts);
        string digest = await WeaveImage.EnsureAsync(context).ConfigureAwait(false);
        bool hadState = await context.Docker.Volumes.InspectAsync(context.Environment.DatabaseVolume, context.Cancel).ConfigureAwait(false) is not null;
        await context.Docker.Volumes.CreateAsync(
            new VolumeSpec { Name = context.Environment.DatabaseVolume, Labels = Labels() }, context.Cancel).ConfigureAwait(false);
        string id = await context.Docker.Containers.CreateAsync(
            context.Environment.ContainerName, Spec(context, arguments, facts, await OriginalStateAsync(context).ConfigureAwait(false)), context.Cancel).ConfigureAwait(false);
        bool guarded = await GuardPlugin.IsThereAsync(context.Docker, context.Cancel).ConfigureAwait(false);
        Task guard = LaunchArguments.WantsPlugin(RouterArguments(context, arguments, facts)) ? SocketGuard.EnsureAsync(context, digest) : Task.CompletedTask;
        try
        {
            await StartAsync(context, arguments, id).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is DockerException or CommandException or OperationCanceledException)
        {
            await context.Docker.Containers.RemoveAsync(id, force: true, CancellationToken.None).ConfigureAwait(false);
            await guard.ConfigureAwait(false);
            if (!hadState)
            {
                await context.Docker.Volumes.RemoveAsync(context.Environment.DatabaseVolume, force: true, CancellationToken.None).ConfigureAwait(false);
            }

            if (!facts.HasOurBridge)
            {
                await UndoAsync(context, guarded).ConfigureAwait(false);
            }

            throw;
        }

        await guard.ConfigureAwait(false);
        await context.Output.WriteLineAsync(id).ConfigureAwait(false);
        await TellProblemsAsync(context).ConfigureAwait(false);
        return 0;
    }

    /// <summary>What the router found wrong with the host while it started: whoever launches it is looking now.</summary>
    private static async Task TellProblemsAsync(CliContext context)
    {
        if (!HostSide.IsHere(context))
        {
            return;
        }

        RouterReply reply = await context.Router.TryAsync("GET", "/report", json: true).ConfigureAwait(false);
        if (!reply.IsSuccess)
        {
            return; // it was ready a moment ago: whatever became of it since, it was launched
        }

        using JsonDocument report = JsonDocument.Parse(reply.Body);
        if (report.RootElement.TryGetProperty("Router", out JsonElement router) && router.TryGetProperty("Problems", out JsonElement problems))
        {
            foreach (JsonElement problem in problems.EnumerateArray())
            {
                await context.Error.WriteLineAsync($"WARNING: {problem.GetString()}").ConfigureAwait(false);
            }
        }
    }

    /// <summary>A first launch that failed leaves the host as it found it; after an earlier one containers may use what is there.</summary>
    private static async Task UndoAsync(CliContext context, bool guarded)
    {
        if (!guarded)
        {
            await GuardPlugin.RemoveAsync(context.Docker, CancellationToken.None).ConfigureAwait(false);
        }

        await ResetCommand.CleanHostAsync(context).ConfigureAwait(false);
    }

    private static async Task StartAsync(CliContext context, LaunchArguments arguments, string id)
    {
        if (!string.IsNullOrEmpty(arguments.Password))
        {
            using MemoryStream tar = PasswordArchive(arguments.Password);
            await context.Docker.Containers.CopyIntoAsync(id, RouterContainer.PasswordFolder, tar, context.Cancel).ConfigureAwait(false);
        }

        await context.Docker.Containers.StartAsync(id, context.Cancel).ConfigureAwait(false);
        bool here = HostSide.IsHere(context);
        while (!await AnswersAsync(context, id, here).ConfigureAwait(false))
        {
            ContainerDetails? container = await context.Docker.Containers.InspectAsync(id, context.Cancel).ConfigureAwait(false);
            if (container is null or { State.Running: false } or { State.Restarting: true } or { RestartCount: > 0 })
            {
                throw await DeathAsync(context, id).ConfigureAwait(false);
            }

            await Task.Delay(here ? PollEvery : ExecEvery, context.Cancel).ConfigureAwait(false);
        }
    }

    private static async Task<bool> AnswersAsync(CliContext context, string id, bool here)
    {
        if (here)
        {
            return (await context.Router.TryAsync("GET", "/status").ConfigureAwait(false)).IsSuccess;
        }

        try
        {
            using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(context.Cancel);
            patience.CancelAfter(ExecPatience);
            string[] command = ["/usr/bin/weave", "--local", $"--env=WEAVE_HTTP_ADDR={context.Environment.HttpAddress}", "health"];
            return (await context.Docker.Containers.ExecAsync(id, command, patience.Token).ConfigureAwait(false)).ExitCode == 0;
        }
        catch (OperationCanceledException) when (!context.Cancel.IsCancellationRequested)
        {
            return false; // Docker forgets those whose container ends just then
        }
        catch (DockerException notRunning) when (notRunning.Status is System.Net.HttpStatusCode.Conflict)
        {
            return false; // the state tells
        }
    }

    private static async Task<CommandException> DeathAsync(CliContext context, string id)
    {
        DockerOutput log = await context.Docker.Containers.LogsAsync(id, 20, context.Cancel).ConfigureAwait(false);
        string[] lines = (log.Output + log.Error).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string reason = lines.LastOrDefault(line => line.StartsWith("FATA", StringComparison.Ordinal)) ?? lines.LastOrDefault() ?? "it left no word";
        return new CommandException($"The {context.Environment.ContainerName} container has died: {reason}{Advice(reason)}");
    }

    /// <summary>What to do about the reasons that users meet most; empty for others.</summary>
    internal static string Advice(string reason) => reason switch
    {
        _ when reason.Contains("address already in use", StringComparison.OrdinalIgnoreCase) =>
            "; another program has this port: end it, or choose another port (--port, or WEAVE_HTTP_ADDR and WEAVE_STATUS_ADDR for 6784 and 6782)",
        _ when reason.EndsWith(": no such host", StringComparison.Ordinal) => "; give an address, or a name that this host can resolve",
        _ => "",
    };

    private static async Task EnsureNotRunningAsync(CliContext context)
    {
        string name = context.Environment.ContainerName;
        if (await context.Docker.Containers.InspectAsync(name, context.Cancel).ConfigureAwait(false) is { } there)
        {
            bool ours = WeaveContainer.IsRouter(there);
            switch (there.State)
            {
                case { Running: true, Restarting: false, Paused: false } when ours:
                    throw new CommandException($"{name} is already running; you can stop it with 'weave stop'.", 3);
                case var _ when !ours:
                    throw new CommandException($"Found another {(there.State.Running ? "running " : "")}container named '{name}'. Aborting.", 2);
                case { Status: "created" or "paused" or "restarting" }:
                    throw new CommandException($"{name} is created, paused, or restarting; you can stop it with 'weave stop'.", 1);
                default:
                    await context.Docker.Containers.RemoveAsync(there.Id, force: false, context.Cancel).ConfigureAwait(false);
                    break;
            }
        }

        if (HostSide.IsHere(context) && (await context.Router.TryAsync("GET", "/status").ConfigureAwait(false)).IsSuccess)
        {
            throw new CommandException("Weave Net is already running");
        }
    }

    private static async Task<HostFacts> LookAtHostAsync(CliContext context, string range)
    {
        if (HostSide.IsHere(context))
        {
            return HostFactsCommand.Gather(context, range);
        }

        ExecResult result = await HostSide.CaptureAsync(context, ["host-facts", range]).ConfigureAwait(false);
        return result.ExitCode == 0 ? HostFacts.Read(result.Output.Output) : throw new CommandException($"Cannot look at the Docker host: {result.Output.Error.Trim()}");
    }

    private static void Warn(CliContext context, LaunchArguments arguments, HostFacts facts)
    {
        if (facts.ForwardingRejected)
        {
            context.Error.WriteLine(
                """
                WARNING: existing iptables rule

                    '-A FORWARD -j REJECT --reject-with icmp-host-prohibited'

                will block name resolution via weaveDNS - please reconfigure your firewall.
                """);
        }

        if (facts.Overlap.Length == 0)
        {
            return;
        }

        if (arguments.Range is null)
        {
            throw new CommandException($"ERROR: Default --ipalloc-range {DefaultRange} overlaps with existing route {facts.Overlap} on host.\nYou must pick another range and set it on all hosts.");
        }

        context.Error.WriteLine($"WARNING: Specified --ipalloc-range {arguments.Range} overlaps with existing route {facts.Overlap} on host.\nUnless this is deliberate, you must pick another range and set it on all hosts.");
    }

    /// <summary>The state of an original router is in the volume of a container that does not run.</summary>
    /// <returns>A bind for the router; none when there is no such container.</returns>
    private static async Task<string[]> OriginalStateAsync(CliContext context)
    {
        ContainerDetails? data = await context.Docker.Containers.InspectAsync(context.Environment.DatabaseVolume, context.Cancel).ConfigureAwait(false);
        MountPoint? volume = data?.Mounts?.FirstOrDefault(mount => mount.Destination == "/weavedb");
        return volume?.Name is { Length: > 0 } name ? [$"{name}:{OriginalVolume.Folder}:ro"] : [];
    }

    private static ContainerSpec Spec(CliContext context, LaunchArguments arguments, HostFacts facts, string[] originalState)
    {
        HostSpec host = RouterContainer.Host(context);
        ExtraDockerArguments extra = ExtraDockerArguments.Read(context.Environment.Or("WEAVE_DOCKER_ARGS", ""));
        return new ContainerSpec
        {
            Image = WeaveImage.Name,
            Cmd = RouterArguments(context, arguments, facts),
            Env =
            [
                $"{Flags.RouterCommandLine.RestartMarkVariable}={RouterContainer.RestartMark}",
                .. string.IsNullOrEmpty(arguments.Password) ? Array.Empty<string>() : [$"WEAVE_PASSWORD_FILE={RouterContainer.PasswordFolder}/{RouterContainer.PasswordName}"],
                .. context.Environment.IsSet("WEAVE_HTTP_ADDR") ? [$"WEAVE_HTTP_ADDR={context.Environment.HttpAddress}"] : Array.Empty<string>(),
                .. extra.Variables,
            ],
            Labels = Labels(extra.Labels),
            HostConfig = extra.Change(host with
            {
                Ulimits = facts.LocksMaps ? [RouterContainer.Memory] : null,
                Binds = [.. host.Binds!, .. SocketFolders(context.Environment), .. facts.HasBpf ? [RouterContainer.BpfBind] : Array.Empty<string>(), $"{context.Environment.DatabaseVolume}:/weavedb", .. originalState, .. extra.Binds],
                RestartPolicy = new RestartPolicy(arguments.Restart ? "always" : "no"),
            }),
        };
    }

    /// <summary>Where doors that are unix sockets lie, so that the host finds them.</summary>
    private static IEnumerable<string> SocketFolders(CliEnvironment environment) => new[] { environment.HttpAddress, environment.StatusAddress }
        .Where(address => address is ['/', ..]).Select(path => Path.GetDirectoryName(path)!).Distinct(StringComparer.Ordinal).Select(folder => $"{folder}:{folder}");

    /// <summary>Those of the original's launcher, then the user's, so that the user's win.</summary>
    internal static List<string> RouterArguments(CliContext context, LaunchArguments arguments, HostFacts facts)
    {
        CliEnvironment environment = context.Environment;
        List<string> words =
        [
            "--port", arguments.Port, "--nickname", facts.HostName, "--host-root=/proc/1/root",
            "--docker-bridge", environment.DockerBridge, "--weave-bridge", CliEnvironment.Bridge, "--datapath", CliEnvironment.Datapath,
            "--ipalloc-range", arguments.Range ?? DefaultRange,
            "--dns-listen-address", $"{environment.DockerBridge}:53", // whatever address it has, and will have
            "--http-addr", environment.HttpAddress, "--status-addr", environment.StatusAddress,
            "--resolv-conf", "/proc/1/root" + facts.ResolvConf, "--plugin",
        ];
        if (environment.IsSet("WEAVE_MTU"))
        {
            words.AddRange(["--mtu", environment.Or("WEAVE_MTU", "")]);
        }

        if (environment.IsSet("WEAVE_NO_FASTDP"))
        {
            words.Add("--no-fastdp");
        }

        if (environment.IsSet("WEAVE_NO_BRIDGED_FASTDP"))
        {
            words.Add("--no-bridged-fastdp");
        }

        words.AddRange(arguments.Rest);
        return words;
    }

    private static Dictionary<string, string> Labels(IEnumerable<KeyValuePair<string, string>>? more = null)
    {
        Dictionary<string, string> labels = new(StringComparer.Ordinal) { [RouterContainer.Label] = "" };
        foreach ((string name, string value) in more ?? [])
        {
            labels[name] = value;
        }

        return labels;
    }

    private static MemoryStream PasswordArchive(string password)
    {
        MemoryStream stream = new();
        using (TarWriter tar = new(stream, TarEntryFormat.Ustar, leaveOpen: true))
        {
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, RouterContainer.PasswordName)
            {
                DataStream = new MemoryStream(Encoding.UTF8.GetBytes(password)),
                Mode = UnixFileMode.UserRead,
            });
        }

        stream.Position = 0;
        return stream;
    }
}
