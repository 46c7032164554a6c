using Weave.Linux.Netlink;

namespace Weave.Linux.Bridge;

/// <summary>A piece as it was found.</summary>
/// <param name="Link">The link; null when it is gone.</param>
public sealed record PieceFound(Link? Link)
{
    public static readonly PieceFound Gone = new((Link?)null);

    /// <summary>Of the programs that it is to carry, those that it does.</summary>
    public IReadOnlyList<string> Programs { get; init; } = [];

    /// <summary>Values of the settings that it is to have; null for what the kernel does not know.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>Index of the link that it is redirected to; 0 for none.</summary>
    public int RedirectedTo { get; init; }
}
