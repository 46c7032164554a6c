namespace Weave.Mesh;

/// <summary>The name that this host took, and what it looked like then.</summary>
/// <param name="Name">Of the peer, as text.</param>
/// <param name="Hardware">See <see cref="Daemon.HostIdentity.Hardware"/>; empty where nothing can be told.</param>
internal sealed record StoredIdentity(string Name, IReadOnlyList<string> Hardware);
