namespace Weave.Core.Firewall;

/// <summary>Rules as found on the host.</summary>
public sealed class FirewallState
{
    private readonly Dictionary<(string Table, string Chain), List<string>> _chains = [];

    private FirewallState()
    {
    }

    /// <summary>Names of the chains of a table, in order.</summary>
    public IEnumerable<string> Chains(string table) => _chains.Keys.Where(key => key.Table == table).Select(key => key.Chain).Order(StringComparer.Ordinal);

    /// <summary>Rules of a chain; null when there is no such chain.</summary>
    public IReadOnlyList<string>? Rules(string table, string chain) => _chains.GetValueOrDefault((table, chain));

    /// <summary>Reads what <c>iptables-save</c> prints. Lines that it does not know are passed over.</summary>
    public static FirewallState Parse(string saved)
    {
        FirewallState state = new();
        string table = "";
        foreach (string line in saved.Split('\n'))
        {
            string[] words = line.Split(' ', 3);
            switch (words)
            {
                case [['*', .. var name]]:
                    table = name;
                    break;
                case [[':', .. var chain], ..]:
                    state._chains.TryAdd((table, chain), []);
                    break;
                case ["-A", var chain, var rule]:
                    state.In(table, chain).Add(rule.TrimEnd().Replace("\\'", "'", StringComparison.Ordinal)); // in remarks
                    break;
            }
        }

        return state;
    }

    /// <summary>
    /// Exposures that the rules speak of, for the addresses found on the bridge: a daemon that starts again keeps what
    /// the one before it was asked for.
    /// </summary>
    public IReadOnlyList<Exposure> Recognise(IEnumerable<Weave.Wire.Primitives.Ipv4Cidr> onBridge)
    {
        IReadOnlyList<string> accepted = Rules("filter", FirewallNames.ExposeChain) ?? [];
        IReadOnlyList<string> nat = Rules("nat", FirewallNames.NatChain) ?? [];
        return
        [
            .. onBridge.Select(address => new Exposure(address, true)).Select(exposure => exposure with
            {
                // Rules lost altogether mean the usual kind: only an accepted subnet without them was meant to be so.
                Masquerade = !accepted.Contains($"-d {exposure.Subnet} -j ACCEPT") || nat.Contains($"-s {exposure.Subnet} ! -d {exposure.Subnet} -j MASQUERADE"),
            })
        ];
    }

    private List<string> In(string table, string chain)
    {
        if (!_chains.TryGetValue((table, chain), out List<string>? rules))
        {
            _chains[(table, chain)] = rules = [];
        }

        return rules;
    }
}
