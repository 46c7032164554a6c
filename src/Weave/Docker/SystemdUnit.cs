namespace Weave.Docker;

/// <summary>
/// Units for systemd. As a service of the host the router is there before dockerd starts its containers, and its
/// sockets are removed however it ends, so that dockerd never waits for somebody who is not there.
/// </summary>
public static class SystemdUnit
{
    public const string RouterPath = "/etc/systemd/system/weave.service";
    public const string DockerDropInPath = "/etc/systemd/system/docker.service.d/weave.conf";

    private const string Sockets = "/run/docker/plugins/weave.sock /run/docker/plugins/weavemesh.sock";

    /// <summary>The router as a service.</summary>
    /// <param name="router">Path of the program, as <c>weaver</c>.</param>
    /// <param name="arguments">Its command line; words with blanks are quoted.</param>
    /// <param name="environment">A variable for it, <c>NAME=VALUE</c>.</param>
    public static string Router(string router, IReadOnlyList<string> arguments, string environment) => $"""
        [Unit]
        Description=Weave Net
        After=network-online.target
        Wants=network-online.target
        Before=docker.service

        [Service]
        # What was connected and forgotten by command counts at later starts, until other peers are given here.
        Environment={environment}
        EnvironmentFile=-/etc/sysconfig/weave
        EnvironmentFile=-/etc/default/weave
        ExecStartPre=/bin/rm -f {Sockets}
        ExecStart={string.Join(' ', arguments.Prepend(router).Select(Quote))}
        # Ready when dockerd can talk to us: it starts its containers after that.
        ExecStartPost=/bin/sh -c 'until [ -S /run/docker/plugins/weavemesh.sock ]; do sleep 0.1; done'
        ExecStopPost=/bin/rm -f {Sockets}
        TimeoutStartSec=60
        Restart=always
        RestartSec=1
        LimitNOFILE=65536
        LimitMEMLOCK=infinity

        [Install]
        WantedBy=multi-user.target

        """;

    /// <summary>Makes dockerd start after us, and wait no end for its own start: very old ones try to reach plugins before they listen.</summary>
    public static string DockerDropIn() => """
        [Unit]
        Wants=weave.service
        After=weave.service

        [Service]
        TimeoutStartSec=0

        """;

    private static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=,@+".Contains(c, StringComparison.Ordinal))
            ? word
            : $"\"{word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("%", "%%", StringComparison.Ordinal).Replace("$", "$$", StringComparison.Ordinal)}\"";
}
