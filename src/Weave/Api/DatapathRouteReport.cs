namespace Weave.Api;

/// <summary>How the kernel's datapath reaches a peer.</summary>
/// <param name="Name">The peer; empty when the topology does not know who has the short id.</param>
/// <param name="NickName">Its nickname.</param>
/// <param name="ShortID">Its short id.</param>
/// <param name="Via">Name of the next hop; empty for ourselves, and when there is no way now.</param>
public sealed record DatapathRouteReport(string Name, string NickName, ushort ShortID, string Via);
