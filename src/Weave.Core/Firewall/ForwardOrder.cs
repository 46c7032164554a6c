using System.Globalization;

namespace Weave.Core.Firewall;

/// <summary>
/// Where our rules stand in FORWARD. Behind the jump to DOCKER-USER, wherever that is, so that what users forbid there is
/// forbidden for our traffic; before the chains of Docker's own, which accept what ours drop, and drop what ours accept.
/// Others' rules keep their place: what somebody put in front of ours goes on being asked first.
/// </summary>
internal static class ForwardOrder
{
    private const string DockerUser = "-j DOCKER-USER";

    /// <summary>Lines for <c>iptables-restore</c>; none when the rules stand right.</summary>
    internal static IEnumerable<string> Changes(IReadOnlyList<string> ours, IReadOnlyList<string> forward)
    {
        if (ours.Count == 0 || StandsRight(ours, forward))
        {
            return [];
        }

        List<string> lines = [.. forward.Where(ours.Contains).Select(rule => $"-D FORWARD {rule}")];
        List<string> others = [.. forward.Where(rule => !ours.Contains(rule))];
        int place = forward.TakeWhile(rule => !ours.Contains(rule)).Count(); // of the first of ours; the end if there is none
        int bound = Bound(others, ours);
        if (others.IndexOf(DockerUser) is var user && user >= bound)
        {
            // Where Docker itself puts it: first.
            lines.Add($"-D FORWARD {DockerUser}");
            lines.Add(Insert(bound, DockerUser));
            user = bound++;
        }

        place = forward.Any(ours.Contains) ? Math.Clamp(place, user + 1, bound) : user + 1;
        lines.AddRange(ours.Select((rule, index) => Insert(place + index, rule)));
        return lines;
    }

    private static bool StandsRight(IReadOnlyList<string> ours, IReadOnlyList<string> forward)
    {
        if (!forward.Where(ours.Contains).SequenceEqual(ours))
        {
            return false;
        }

        int first = forward.TakeWhile(rule => rule != ours[0]).Count();
        int last = forward.TakeWhile(rule => rule != ours[^1]).Count();
        return !forward.Skip(first).Contains(DockerUser) && !forward.Take(last).Any(rule => ComesAfterOurs(rule, ours));
    }

    /// <summary>Before which of others' rules ours must be at the latest.</summary>
    private static int Bound(List<string> others, IReadOnlyList<string> ours) =>
        others.FindIndex(rule => ComesAfterOurs(rule, ours)) is var at && at < 0 ? others.Count : at;

    /// <summary>A policy controller's verdict comes before what Kubernetes accepts, as the remarks of its rules say.</summary>
    private static bool ComesAfterOurs(string rule, IReadOnlyList<string> ours)
    {
        string target = FirewallRule.TargetOf(rule);
        return (target.StartsWith("DOCKER", StringComparison.Ordinal) && target != "DOCKER-USER")
            || (target == "KUBE-FORWARD" && ours.Any(own => own.Contains(FirewallNames.PolicyChain, StringComparison.Ordinal)));
    }

    private static string Insert(int index, string rule) => string.Create(CultureInfo.InvariantCulture, $"-I FORWARD {index + 1} {rule}");
}
