namespace Weave.Docker.Managed;

/// <summary>The router's command line in the managed plugin, from the plugin's settings.</summary>
public static class ManagedPluginArguments
{
    private const string DataDirectory = "/host/var/lib/weave";

    /// <summary>The range that addresses come from.</summary>
    /// <param name="setting">Value of a setting; null or empty when it was not set.</param>
    public static string Range(Func<string, string?> setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        return Or(setting("IPALLOC_RANGE"), "10.32.0.0/12");
    }

    /// <param name="setting">Value of a setting; null or empty when it was not set. The password is not among them: the router reads it itself.</param>
    /// <param name="peers">Other nodes of the swarm. With none the peers of the last run are used: while dockerd starts its plugins nobody can ask it.</param>
    public static IReadOnlyList<string> From(Func<string, string?> setting, IReadOnlyList<string> peers)
    {
        List<string> arguments = [.. Words(setting("EXTRA_ARGS"))];
        arguments.AddRange(
        [
            "--port=6783",
            "--datapath=datapath",
            "--host-root=/host",
            "--proc-path=/host/proc",
            $"--http-addr={Or(setting("WEAVE_HTTP_ADDR"), "127.0.0.1:6784")}",
            $"--status-addr={Or(setting("WEAVE_STATUS_ADDR"), "0.0.0.0:6782")}",
            "--no-dns",
            $"--ipalloc-range={Range(setting)}",
            $"--log-level={Or(setting("LOG_LEVEL"), "info")}",
            $"--db-prefix={DataDirectory}/weave",
            "--plugin-v2",
            "--plugin-mesh-socket=",
            "--docker-api=",
        ]);
        AddIf(arguments, setting("WEAVE_MTU"), mtu => $"--mtu={mtu}");
        AddIf(arguments, setting("WEAVE_NO_FASTDP"), _ => "--no-fastdp");
        AddIf(arguments, setting("WEAVE_MULTICAST"), _ => "--plugin-v2-multicast");
        if (peers.Count == 0)
        {
            arguments.Add("--resume");
        }

        arguments.AddRange(peers);
        return arguments;
    }

    private static void AddIf(List<string> arguments, string? value, Func<string, string> argument)
    {
        if (!string.IsNullOrEmpty(value))
        {
            arguments.Add(argument(value));
        }
    }

    private static string Or(string? value, string otherwise) => string.IsNullOrEmpty(value) ? otherwise : value;

    private static string[] Words(string? text) => (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
