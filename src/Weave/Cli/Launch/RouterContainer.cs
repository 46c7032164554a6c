using Weave.Docker.Model;

namespace Weave.Cli.Launch;

/// <summary>How containers from our image are set up: what they may do, and what of the host they see.</summary>
internal static class RouterContainer
{
    /// <summary>Where a password lies in the container; it is not in its environment, so that inspect does not show it.</summary>
    internal const string PasswordFolder = "/etc";

    internal const string PasswordName = "weave-password";

    /// <summary>Made by the router in its container.</summary>
    internal const string RestartMark = "/home/weave/restart.sentinel";

    /// <summary>So that the datapath outlives the container.</summary>
    internal const string BpfBind = "/sys/fs/bpf:/sys/fs/bpf";

    /// <summary>Where maps count as locked memory, the usual limit has no room for ours.</summary>
    internal static readonly UlimitSpec Memory = new("memlock", -1, -1);

    /// <summary>Label of all that launch made.</summary>
    internal const string Label = "weavevolumes";

    /// <summary>
    /// Exactly what is needed, and why: NET_ADMIN (links, rules, tc), NET_RAW (ARP), NET_BIND_SERVICE (port 53),
    /// SYS_ADMIN (namespaces of containers, eBPF before 5.8), SYS_PTRACE (to reach those namespaces through /proc),
    /// SYS_CHROOT (to enter the host's mount namespace for its iptables), DAC_OVERRIDE (files of the host). Hosts that
    /// are guests themselves may lack others, and then refuse the container.
    /// </summary>
    internal static readonly string[] Capabilities =
        ["NET_ADMIN", "NET_RAW", "NET_BIND_SERVICE", "SYS_ADMIN", "SYS_PTRACE", "SYS_CHROOT", "DAC_OVERRIDE"];

    internal static HostSpec Host(CliContext context) => new()
    {
        NetworkMode = "host",
        PidMode = "host",
        UsernsMode = "host", // where the engine maps root to another user, it refuses the other two without
        CapDrop = ["ALL"],
        CapAdd = Capabilities,
        Devices = [new DeviceSpec("/dev/net/tun", "/dev/net/tun", "rw")],
        // The confinement that Docker adds by default forbids what the capabilities are for.
        SecurityOpt = ["apparmor=unconfined", "label=disable"],
        MaskedPaths = [],
        ReadonlyPaths = [],
        Binds = [$"{DockerSocket(context)}:/var/run/docker.sock", "/run/docker/plugins:/run/docker/plugins"],
    };

    /// <summary>The engine's socket on its host: ours when it is a unix socket, else the usual one.</summary>
    private static string DockerSocket(CliContext context) =>
        context.Environment.DockerHost.StartsWith("unix://", StringComparison.Ordinal) ? context.Environment.DockerHost["unix://".Length..] : "/var/run/docker.sock";
}
