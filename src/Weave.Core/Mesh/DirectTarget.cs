using System.Net;

namespace Weave.Core.Mesh;

/// <summary>A peer that the user configured.</summary>
/// <param name="Text">As given: <c>host</c> or <c>host:port</c>. Targets are added, forgotten, shown and stored by it.</param>
/// <param name="Address">What it resolved to when it was added; port 0 when none was given.</param>
public sealed record DirectTarget(string Text, IPEndPoint Address);
