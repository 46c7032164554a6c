namespace Weave.Api;

/// <summary>A link of a peer, as the topology has it.</summary>
/// <param name="Name">The peer at the other end.</param>
/// <param name="NickName">Its nickname.</param>
/// <param name="Address">The TCP address of the other end.</param>
/// <param name="Outbound">The peer dialled.</param>
/// <param name="Established">Data can flow.</param>
public sealed record PeerConnectionReport(string Name, string NickName, string Address, bool Outbound, bool Established);
