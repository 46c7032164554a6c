using System.Globalization;
using Weave.Docker.Model;

namespace Weave.Cli.Launch;

/// <summary>
/// WEAVE_DOCKER_ARGS: words of <c>docker run</c> for the router's container. Taken are those that say what it may use, where its
/// log goes and how it is marked; what asks for what it has anyway is passed over.
/// </summary>
internal sealed record ExtraDockerArguments
{
    private static readonly string[] Had = ["--privileged", "--privileged=true", "-d", "--detach", "--net=host", "--network=host", "--pid=host", "--userns=host"];

    public IReadOnlyList<string> Variables { get; init; } = [];

    public IReadOnlyList<string> Binds { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> Labels { get; init; } = [];

    /// <summary>Changes what the router's container is like otherwise.</summary>
    public Func<HostSpec, HostSpec> Change { get; init; } = host => host;

    /// <exception cref="CommandException">A word cannot be taken; the message names it.</exception>
    internal static ExtraDockerArguments Read(string text)
    {
        ExtraDockerArguments read = new();
        Queue<string> words = new(text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        while (words.TryDequeue(out string? word))
        {
            if (Had.Contains(word))
            {
                continue;
            }

            (string option, string? attached) = Split(word);
            if (!IsTaken(option))
            {
                throw new CommandException($"WEAVE_DOCKER_ARGS: {option} is not supported (-e, -v, -l, -m, --cpus, --cpu-shares, --cpuset-cpus, --log-driver, --log-opt, --restart, --ulimit, --cap-add and --security-opt are)");
            }

            string value = attached ?? (words.TryDequeue(out string? next) ? next : throw new CommandException($"WEAVE_DOCKER_ARGS: {option} needs a value"));
            if ((option, value) is not (("--net" or "--network" or "--pid" or "--userns"), "host"))
            {
                read = read.With(option, value);
            }
        }

        return read;
    }

    /// <summary>As Docker reads them: <c>--name=value</c>, <c>-n=value</c>, <c>-nvalue</c>, or the value is the next word.</summary>
    private static (string Option, string? Value) Split(string word)
    {
        if (word.StartsWith("--", StringComparison.Ordinal))
        {
            string[] parts = word.Split('=', 2);
            return (parts[0], parts.Length > 1 ? parts[1] : null);
        }

        return word.Length > 2 && word[0] == '-' ? (word[..2], word[2] == '=' ? word[3..] : word[2..]) : (word, null);
    }

    private static bool IsTaken(string option) => option is "-e" or "--env" or "-v" or "--volume" or "-l" or "--label" or "-m" or "--memory" or "--cpus" or "-c" or "--cpu-shares"
        or "--cpuset-cpus" or "--log-driver" or "--log-opt" or "--restart" or "--ulimit" or "--cap-add" or "--security-opt" or "--net" or "--network" or "--pid" or "--userns";

    private ExtraDockerArguments With(string option, string value) => option switch
    {
        "-e" or "--env" => this with { Variables = [.. Variables, value] },
        "-v" or "--volume" => this with { Binds = [.. Binds, value] },
        "-l" or "--label" => this with { Labels = [.. Labels, Pair(value)] },
        "-m" or "--memory" => Then(host => host with { Memory = Bytes(option, value) }),
        "--cpus" => Then(host => host with { NanoCpus = (long)(Number(option, value) * 1_000_000_000) }),
        "-c" or "--cpu-shares" => Then(host => host with { CpuShares = (long)Number(option, value) }),
        "--cpuset-cpus" => Then(host => host with { CpusetCpus = value }),
        "--log-driver" => Then(host => host with { LogConfig = new LogSpec(value, host.LogConfig?.Config) }),
        "--log-opt" => Then(host => host with { LogConfig = new LogSpec(host.LogConfig?.Type ?? "", new Dictionary<string, string>([.. host.LogConfig?.Config ?? new Dictionary<string, string>(), Pair(value)])) }),
        "--restart" => Then(host => host with { RestartPolicy = Restart(option, value) }),
        "--ulimit" => Then(host => host with { Ulimits = [.. host.Ulimits ?? [], Limit(option, value)] }),
        "--cap-add" => Then(host => host with { CapAdd = [.. host.CapAdd ?? [], value] }),
        "--security-opt" => Then(host => host with { SecurityOpt = [.. host.SecurityOpt ?? [], value] }),
        _ => throw Bad(option, value, "host"),
    };

    private ExtraDockerArguments Then(Func<HostSpec, HostSpec> change)
    {
        _ = change(new HostSpec()); // a bad value is told before anything is made
        Func<HostSpec, HostSpec> before = Change;
        return this with { Change = host => change(before(host)) };
    }

    private static KeyValuePair<string, string> Pair(string value) =>
        value.Split('=', 2) is [var name, var rest] ? KeyValuePair.Create(name, rest) : KeyValuePair.Create(value, "");

    private static double Number(string option, string value) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) ? number : throw Bad(option, value, "a number");

    private static long Bytes(string option, string value)
    {
        string digits = value.TrimEnd('b', 'B').TrimEnd('k', 'K', 'm', 'M', 'g', 'G');
        int shift = value.TrimEnd('b', 'B').ToUpperInvariant() switch { [.., 'K'] => 10, [.., 'M'] => 20, [.., 'G'] => 30, _ => 0 };
        return (long)(Number(option, digits) * (1L << shift));
    }

    private static RestartPolicy Restart(string option, string value) => value.Split(':') switch
    {
        ["no" or "always" or "unless-stopped" or "on-failure"] => new RestartPolicy(value),
        ["on-failure", var times] when int.TryParse(times, NumberStyles.None, CultureInfo.InvariantCulture, out int count) => new RestartPolicy("on-failure", count),
        _ => throw Bad(option, value, "no, always, unless-stopped or on-failure[:TIMES]"),
    };

    private static UlimitSpec Limit(string option, string value)
    {
        string[] numbers = value.Split('=', 2)[^1].Split(':');
        return value.Contains('=', StringComparison.Ordinal) && long.TryParse(numbers[0], CultureInfo.InvariantCulture, out long soft) && long.TryParse(numbers[^1], CultureInfo.InvariantCulture, out long hard)
            ? new UlimitSpec(value.Split('=')[0], soft, hard)
            : throw Bad(option, value, "NAME=SOFT[:HARD]");
    }

    private static CommandException Bad(string option, string value, string wanted) => new($"WEAVE_DOCKER_ARGS: {option} {value}: only {wanted} can be given");
}
