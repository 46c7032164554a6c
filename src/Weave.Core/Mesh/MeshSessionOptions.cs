namespace Weave.Core.Mesh;

/// <summary>What a session has to know before the first byte.</summary>
/// <param name="MinVersion">Lowest protocol version that we accept: 1 or 2.</param>
/// <param name="MaxVersion">Highest protocol version that we speak: 1 or 2.</param>
/// <param name="Password">Encrypts the connection; both sides must have the same or none. Null or empty: none.</param>
/// <param name="Features">How we introduce ourselves, complete; version 1 sends the part that it knows.</param>
/// <param name="Outbound">We dialled.</param>
/// <param name="WaitsForRemote">
/// We introduce ourselves by <see cref="MeshSession.IntroduceOurselves"/> after the remote has. Only one side may: the other would
/// wait too.
/// </param>
public sealed record MeshSessionOptions(
    int MinVersion,
    int MaxVersion,
    string? Password,
    IReadOnlyDictionary<string, string> Features,
    bool Outbound,
    bool WaitsForRemote = false);
