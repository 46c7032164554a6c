namespace Weave.Core.Mesh;

/// <summary>What a session found in the bytes it was given. A closed set.</summary>
public abstract record MeshSessionEvent
{
    private MeshSessionEvent()
    {
    }

    /// <summary>The handshake is done; messages may be written from now on. Comes once, before any message.</summary>
    /// <param name="Version">1 or 2.</param>
    /// <param name="RemoteFeatures">As received, unchecked; in version 1 only the five keys that it knows.</param>
    /// <param name="SessionKey">32 bytes; null without password.</param>
    public sealed record Introduced(
        int Version, IReadOnlyDictionary<string, string> RemoteFeatures, byte[]? SessionKey) : MeshSessionEvent;

    /// <summary>One whole message, decrypted: tag and payload, unchecked, possibly empty.</summary>
    public sealed record Message(ReadOnlyMemory<byte> Bytes) : MeshSessionEvent;

    /// <summary>The connection cannot go on. Comes at most once, and last.</summary>
    /// <param name="Reason">In words, for status and log.</param>
    public sealed record Failed(string Reason) : MeshSessionEvent;
}
