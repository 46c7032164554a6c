namespace Weave.Docker.Model;

/// <param name="Driver"><c>iptables</c>, <c>iptables+firewalld</c>, <c>nftables</c>, ...</param>
public sealed record EngineFirewall(string? Driver);
