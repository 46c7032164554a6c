namespace Weave.Linux.Firewall;

/// <summary>Rules of this host that are not in the tables of <see cref="IFirewall.Save"/>. Empty where there are none, or no program shows them.</summary>
/// <param name="Iptables">IPv4, of the other kind: <c>iptables-save</c>.</param>
/// <param name="Ip6tables">IPv6, of both kinds: <c>ip6tables-save</c> each.</param>
/// <param name="Nft">What nft itself has: <c>nft list ruleset</c>.</param>
public sealed record OtherRules(string Iptables, IReadOnlyList<string> Ip6tables, string Nft);
