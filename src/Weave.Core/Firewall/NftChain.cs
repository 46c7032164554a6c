namespace Weave.Core.Firewall;

/// <summary>A chain of nft.</summary>
/// <param name="Table">Family and name, such as <c>inet filter</c>.</param>
/// <param name="Name">Its own name.</param>
internal sealed record NftChain(string Table, string Name)
{
    internal List<string> Rules { get; } = [];

    /// <summary>Where packets enter it; empty for one that is only jumped to.</summary>
    internal string Where { get; private set; } = "";

    /// <summary>Whose packets, for the hooks of devices; empty for all.</summary>
    internal string Devices { get; private set; } = "";

    internal bool DropsByDefault { get; private set; }

    internal string Family => Table.Split(' ')[0];

    /// <summary>Reads <c>type filter hook forward [device "eth0"] priority filter; policy accept;</c>.</summary>
    internal void Hook(string line)
    {
        Where = line.Split(' ')[3];
        Devices = line.Contains("device", StringComparison.Ordinal) ? line : "";
        DropsByDefault = line.Contains("policy drop", StringComparison.Ordinal);
    }
}
