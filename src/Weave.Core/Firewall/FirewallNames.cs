namespace Weave.Core.Firewall;

/// <summary>Names of our chains and sets: the original's, as other programs look for them.</summary>
public static class FirewallNames
{
    public const string NatChain = "WEAVE";
    public const string DnsChain = "WEAVE-DNS";
    public const string ExposeChain = "WEAVE-EXPOSE";
    public const string CanaryChain = "WEAVE-CANARY";
    public const string PolicyChain = "WEAVE-NPC";
    public const string PolicyEgressChain = "WEAVE-NPC-EGRESS";

    /// <summary>In mangle: what containers send to ports of routers, on this host and through it.</summary>
    public const string DoorsChain = "WEAVE-DOORS";
    public const string DoorsBeyondChain = "WEAVE-DOORS-BEYOND";

    /// <summary>In raw: packets of the fast datapath's tunnel.</summary>
    public const string TunnelChain = "WEAVE-TUNNEL";
    public const string LocalSet = "weaver-no-masq-local";

    /// <summary>How remarks begin by which rules of ours are known whatever ports they were made for.</summary>
    public const string DoorRemark = "Block non-local access to Weave Net";

    /// <summary>All chains that we, or a policy controller of ours, may have made.</summary>
    public static bool IsOurs(string chain) =>
        chain == NatChain || chain.StartsWith("WEAVE-", StringComparison.Ordinal);
}
