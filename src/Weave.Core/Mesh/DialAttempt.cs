using System.Net;

namespace Weave.Core.Mesh;

/// <summary>A connection to be tried.</summary>
/// <param name="Text">The address as the connection maker knows it.</param>
/// <param name="Address">The same, to dial.</param>
/// <param name="AcceptNewPeer">The user configured it, so whoever answers is welcome; else it must be a peer we know of.</param>
public sealed record DialAttempt(string Text, IPEndPoint Address, bool AcceptNewPeer);
