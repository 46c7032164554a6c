using Weave.Wire.Primitives;

namespace Weave.Linux.Firewall;

/// <summary>The rules of the host, in the form of the host's own iptables. Throws <see cref="FirewallException"/>.</summary>
public interface IFirewall
{
    /// <summary>All tables, as <c>iptables-save</c> prints them.</summary>
    string Save();

    /// <summary>A word that changes when any rules of this host do; cheap. See <see cref="RulesStamp"/> for what it may miss.</summary>
    string Stamp();

    /// <summary>What others keep elsewhere.</summary>
    OtherRules SaveOthers();

    /// <summary>Carries out a script for <c>iptables-restore --noflush</c>: per table all of it or nothing.</summary>
    void Restore(string script);

    /// <summary>Makes the set be exactly these subnets, creating it if need be.</summary>
    void SetMembers(string set, IReadOnlyCollection<Ipv4Cidr> members);

    /// <summary>What is in the set; null when there is none.</summary>
    IReadOnlyCollection<Ipv4Cidr>? Members(string set);

    /// <summary>Removes the set if it is there.</summary>
    void DestroySet(string set);

    /// <summary>Makes the kernel forget UDP flows to this port, so that they are looked at afresh.</summary>
    void ForgetFlows(int udpPort);
}
