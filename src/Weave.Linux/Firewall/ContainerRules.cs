using Weave.Linux.Bridge;
using Weave.Wire.Primitives;

namespace Weave.Linux.Firewall;

/// <summary>Rules in a container: multicast from subnets that it is not in must not reach it.</summary>
/// <remarks>Protocol section 7.4. The host's iptables is used; the container need not have one.</remarks>
public sealed class ContainerRules(IHostPrograms programs) : IContainerRules
{
    private const string Multicast = "224.0.0.0/4";

    public void Protect(string link, IReadOnlyList<Ipv4Cidr> subnets)
    {
        string drop = $"-d {Multicast} -i {link} -j DROP";
        string[] accepts = [.. subnets.Select(subnet => $"-s {subnet} -d {Multicast} -i {link} -j ACCEPT")];
        string[] found = Found(link);
        if (!found.Contains(drop))
        {
            Iptables($"-A INPUT {drop}");
        }

        foreach (string missing in accepts.Except(found))
        {
            Iptables($"-I INPUT {missing}");
        }

        foreach (string gone in found.Except(accepts).Where(rule => rule != drop))
        {
            Iptables($"-D INPUT {gone}");
        }
    }

    public void Release(string link)
    {
        foreach (string rule in Found(link))
        {
            Iptables($"-D INPUT {rule}");
        }
    }

    /// <summary>Rules of ours for this interface, without <c>-A INPUT</c>.</summary>
    private string[] Found(string link)
    {
        const string Append = "-A INPUT ";
        return
        [
            .. Iptables("-S INPUT").Output.Split('\n').Where(line => line.StartsWith(Append, StringComparison.Ordinal)).Select(line => line[Append.Length..].Trim())
                .Where(rule => rule.Contains($"-d {Multicast} -i {link} -j ", StringComparison.Ordinal))
        ];
    }

    private ProgramResult Iptables(string words)
    {
        ProgramResult result = programs.Run("iptables", ["-w", "5", .. words.Split(' ')]);
        return result.ExitCode == 0 ? result : throw new FirewallException($"iptables {words}: {result.Error}");
    }
}
