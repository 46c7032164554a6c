namespace Weave.Core.Firewall;

/// <summary>Rules of one table, as wanted. Rules are written as <c>iptables-save</c> prints them, without <c>-A CHAIN</c>.</summary>
public sealed record FirewallTable(string Name)
{
    /// <summary>Chains whose whole content is ours.</summary>
    public IReadOnlyList<(string Chain, IReadOnlyList<string> Rules)> Own { get; init; } = [];

    /// <summary>Chains of ours that must not be there, nor jumps to them.</summary>
    public IReadOnlyList<string> Retired { get; init; } = [];

    /// <summary>Chains that must exist and that others fill.</summary>
    public IReadOnlyList<string> Shared { get; init; } = [];

    /// <summary>Rules that must be somewhere in a chain of others.</summary>
    public IReadOnlyList<(string Chain, string Rule)> Anywhere { get; init; } = [];

    /// <summary>Rules that must be in FORWARD, in this order, where <see cref="ForwardOrder"/> says.</summary>
    public IReadOnlyList<string> InForward { get; init; } = [];
}
