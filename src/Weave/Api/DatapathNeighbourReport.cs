namespace Weave.Api;

/// <summary>A next hop of the kernel's datapath.</summary>
/// <param name="Name">The peer; empty when the topology does not know who has the short id.</param>
/// <param name="NickName">Its nickname.</param>
/// <param name="ShortID">Its short id.</param>
/// <param name="Address">Where its tunnel ends; empty when only the user-space overlay reaches it.</param>
/// <param name="Path"><c>fastdp</c>, or <c>sleeve</c> when frames for it are handed to user space.</param>
public sealed record DatapathNeighbourReport(string Name, string NickName, ushort ShortID, string Address, string Path);
