using Weave.Docker;

namespace Weave.Cli;

/// <summary>Everything a command works with.</summary>
/// <param name="Environment">Variables.</param>
/// <param name="Output">What scripts parse.</param>
/// <param name="Error">What people read.</param>
/// <param name="IsLocal">We are on the Docker host, as root: carry out, do not pass on.</param>
/// <param name="Cancel">The user gave up.</param>
internal sealed record CliContext(CliEnvironment Environment, TextWriter Output, TextWriter Error, bool IsLocal, CancellationToken Cancel) : IDisposable
{
    private DockerClient? _docker;
    private RouterClient? _router;

    /// <summary>Made at the first use: help must not pay for it.</summary>
    /// <exception cref="DockerException">The address or the certificates make no sense.</exception>
    internal DockerClient Docker => _docker ??= new DockerClient(
        Environment.DockerHost, Environment.WantsTls ? DockerTls.Load(Environment.CertificatePath) : null);

    /// <summary>The router's control API.</summary>
    internal RouterClient Router => _router ??= new RouterClient(this);

    /// <summary>Output goes to a person.</summary>
    internal bool OnTerminal { get; init; }

    /// <summary>A person sees what goes to <see cref="Error"/>.</summary>
    internal bool IsWatched { get; init; }

    public void Dispose()
    {
        _docker?.Dispose();
        _router?.Dispose();
    }
}
