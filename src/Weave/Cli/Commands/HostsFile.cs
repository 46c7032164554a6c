using System.Text;
using Weave.Docker.Model;
using Weave.Wire.Primitives;

namespace Weave.Cli.Commands;

/// <summary>/etc/hosts of a container, rewritten so that its own name means its address in our network.</summary>
internal static class HostsFile
{
    /// <summary>Replaces the file, as seen through a process of the container, in place: Docker has it mounted there.</summary>
    /// <param name="container">A running container.</param>
    /// <param name="addresses">Its addresses; the first one that it has in our network.</param>
    /// <param name="extraHosts">More entries, <c>name:address</c>.</param>
    internal static void Rewrite(ContainerDetails container, IReadOnlyList<Ipv4Cidr> addresses, IReadOnlyList<string> extraHosts) =>
        File.WriteAllText($"/proc/{container.State.Pid}/root/etc/hosts", Content(container.Config.Hostname, container.Config.Domainname, addresses, extraHosts));

    internal static string Content(string host, string domain, IReadOnlyList<Ipv4Cidr> addresses, IReadOnlyList<string> extraHosts)
    {
        StringBuilder text = new("# created by Weave - BEGIN\n# container hostname\n");
        foreach (Ipv4Cidr cidr in addresses)
        {
            text.Append($"{cidr.Address,-15}    {host}.{domain} {host}\n");
        }

        text.Append("# static names added with --add-host\n");
        foreach (string extra in extraHosts)
        {
            string[] parts = extra.Split(':', 2);
            text.Append($"{(parts.Length > 1 ? parts[1] : ""),-15}    {parts[0]}\n");
        }

        return text.Append(
            """
            # default localhost entries
            127.0.0.1       localhost
            ::1             ip6-localhost ip6-loopback
            fe00::0         ip6-localnet
            ff00::0         ip6-mcastprefix
            ff02::1         ip6-allnodes
            ff02::2         ip6-allrouters
            # created by Weave - END

            """).ToString();
    }
}
