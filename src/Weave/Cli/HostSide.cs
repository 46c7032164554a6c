using System.Net.Sockets;
using System.Runtime.InteropServices;
using Weave.Cli.Launch;
using Weave.Docker;
using Weave.Docker.Model;

namespace Weave.Cli;

/// <summary>
/// Carries commands to the Docker host: in the container <c>weave</c> when it runs, else in one made for the purpose and
/// removed again. What is written there is written here, and the exit status is the same.
/// </summary>
internal static partial class HostSide
{
    private const int SO_PEERCRED = 17;
    private const int SOL_SOCKET = 1;

    /// <summary>We are root, and in the network namespace of the Docker daemon: no need to go anywhere.</summary>
    internal static bool IsHere(CliContext context) =>
        context.IsLocal || (GetEffectiveUser() == 0 && context.Environment.DockerHost.StartsWith("unix://", StringComparison.Ordinal) && SharesNetworkWithDocker(context.Environment.DockerHost["unix://".Length..]));

    /// <summary>Runs a command of ours on the Docker host and passes on what it writes.</summary>
    /// <returns>Its exit status.</returns>
    internal static async Task<int> RunAsync(CliContext context, IReadOnlyList<string> args)
    {
        ExecResult result = await CaptureAsync(context, args).ConfigureAwait(false);
        await context.Output.WriteAsync(result.Output.Output).ConfigureAwait(false);
        await context.Error.WriteAsync(result.Output.Error).ConfigureAwait(false);
        return result.ExitCode;
    }

    /// <summary>The same, with what it wrote as the result.</summary>
    internal static async Task<ExecResult> CaptureAsync(CliContext context, IReadOnlyList<string> args)
    {
        string[] variables = [.. CliEnvironment.Carried.Where(context.Environment.IsSet).Select(name => $"--env={name}={context.Environment.Variable(name)}")];
        string[] command = ["/usr/bin/weave", "--local", .. variables, .. args];
        return await WeaveContainer.RunsAsync(context).ConfigureAwait(false)
            ? await context.Docker.Containers.ExecAsync(context.Environment.ContainerName, command, context.Cancel).ConfigureAwait(false)
            : await RunOnceAsync(context, command).ConfigureAwait(false);
    }

    private static async Task<ExecResult> RunOnceAsync(CliContext context, string[] command)
    {
        await WeaveImage.EnsureAsync(context).ConfigureAwait(false);
        ContainerSpec spec = new()
        {
            Image = WeaveImage.Name,
            Entrypoint = [command[0]],
            Cmd = command[1..],
            HostConfig = RouterContainer.Host(context),
        };
        string id = await context.Docker.Containers.CreateAsync(null, spec, context.Cancel).ConfigureAwait(false);
        try
        {
            await context.Docker.Containers.StartAsync(id, context.Cancel).ConfigureAwait(false);
            int status = await context.Docker.Containers.WaitAsync(id, context.Cancel).ConfigureAwait(false);
            DockerOutput output = await context.Docker.Containers.LogsAsync(id, 0, context.Cancel).ConfigureAwait(false);
            return new ExecResult(status, output);
        }
        finally
        {
            await context.Docker.Containers.RemoveAsync(id, force: true, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>The process at the other end of the socket lives in our network namespace. When in doubt, no.</summary>
    private static bool SharesNetworkWithDocker(string path)
    {
        try
        {
            using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(path));
            Span<byte> credentials = stackalloc byte[12]; // struct ucred: pid, uid, gid
            socket.GetRawSocketOption(SOL_SOCKET, SO_PEERCRED, credentials);
            int pid = BitConverter.ToInt32(credentials);
            return pid > 0 && NamespaceOf($"/proc/{pid}/ns/net") is { } theirs && theirs == NamespaceOf("/proc/self/ns/net");
        }
        catch (Exception unknown) when (unknown is SocketException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string? NamespaceOf(string path) => new FileInfo(path).LinkTarget;

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();
}
