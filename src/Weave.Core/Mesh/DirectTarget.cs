using System.Net;

namespace Weave.Core.Mesh;

/// <summary>A peer that the user configured.</summary>
/// <param name="Text">As given: <c>host</c> or <c>host:port</c>. Targets are added, forgotten, shown and stored by it.</param>
/// <param name="Address">The address given, or what the name stands for as far as is known; port 0 when none was given.</param>
/// <param name="Name">The name to look up, again at every attempt; null when an address was given.</param>
public sealed record DirectTarget(string Text, IPEndPoint Address, string? Name = null)
{
    /// <summary>A peer given by name, which nobody has looked up yet.</summary>
    public static DirectTarget Named(string text, string name, int port) => new(text, new IPEndPoint(IPAddress.Any, port), name);

    /// <summary>False while nobody knows what the name stands for.</summary>
    internal bool HasAddress => Name is null || !Address.Address.Equals(IPAddress.Any);
}
