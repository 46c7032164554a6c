namespace Weave.Firewall;

/// <summary>An exposed address as stored.</summary>
/// <param name="Masquerade">Containers reach the world with the host's address.</param>
/// <param name="Bridge">The mark of the bridge that it was last seen on.</param>
internal sealed record StoredExposure(bool Masquerade, string Bridge);
