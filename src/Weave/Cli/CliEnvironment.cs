using System.Globalization;
using Weave.Docker;

namespace Weave.Cli;

/// <summary>What the command line takes from its environment. Names and defaults are the original's.</summary>
internal sealed record CliEnvironment(Func<string, string?> Variable)
{
    /// <summary>Variables that a command takes along when it is carried out on another host.</summary>
    internal static readonly string[] Carried =
    [
        "WEAVE_PORT", "WEAVE_HTTP_ADDR", "WEAVE_STATUS_ADDR", "WEAVE_CONTAINER_NAME", "WEAVE_MTU", "WEAVE_NO_FASTDP", "WEAVE_NO_BRIDGED_FASTDP",
        "DOCKER_BRIDGE", "AWSVPC", "WEAVE_DEBUG",
    ];

    internal string DockerHost => Or("DOCKER_HOST", DockerClient.DefaultHost);

    /// <summary>The user trusts nothing else between here and the Docker daemon.</summary>
    internal bool WantsTls => IsSet("DOCKER_TLS_VERIFY") && !DockerHost.StartsWith("unix://", StringComparison.Ordinal);

    /// <summary>Folder of the certificates for that, as the docker program has it.</summary>
    internal string CertificatePath => Or("DOCKER_CERT_PATH", Or("DOCKER_CONFIG", Path.Combine(Or("HOME", "/"), ".docker")));

    internal string ContainerName => Or("WEAVE_CONTAINER_NAME", "weave");

    internal string HttpAddress => Or("WEAVE_HTTP_ADDR", "127.0.0.1:6784");

    internal string StatusAddress => Or("WEAVE_STATUS_ADDR", "127.0.0.1:6782");

    internal string DockerBridge => Or("DOCKER_BRIDGE", "docker0");

    internal string Port => Or("WEAVE_PORT", "6783");

    internal int PortNumber => int.TryParse(Port, NumberStyles.None, CultureInfo.InvariantCulture, out int port) ? port : 6783;

    internal const string Bridge = "weave";

    internal const string Datapath = "datapath";

    internal string DatabaseVolume => ContainerName + "db";

    internal string Or(string name, string otherwise) => Variable(name) is { Length: > 0 } value ? value : otherwise;

    internal bool IsSet(string name) => Variable(name) is { Length: > 0 };
}
