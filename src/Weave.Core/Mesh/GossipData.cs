namespace Weave.Core.Mesh;

/// <summary>
/// Something a channel wants told. Kept unencoded until a connection can take it, so that later data merges into
/// what waits and a late message carries the newest state.
/// </summary>
/// <remarks>docs/wire/mesh.md §1.12.</remarks>
public abstract class GossipData
{
    /// <summary>
    /// What is to be sent when <paramref name="newer"/> arrives while this still waits. May return either operand or
    /// a new value; neither operand may be changed, since other connections may hold them.
    /// </summary>
    public abstract GossipData Merge(GossipData newer);

    /// <summary>Appends one payload per message to be sent (most channels: exactly one; none when there is nothing to say).</summary>
    public abstract void Encode(ICollection<byte[]> payloads);
}
