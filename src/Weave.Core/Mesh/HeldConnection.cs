namespace Weave.Core.Mesh;

/// <summary>
/// A second connection to a neighbour that would lose the tie-break. If the other end has both it decides alike and closes
/// this one; if it speaks on this one, it has lost the other.
/// </summary>
/// <param name="introduced">Its introduction, for when it is registered.</param>
/// <param name="since">When it introduced itself.</param>
internal sealed class HeldConnection(MeshSessionEvent.Introduced introduced, TimeSpan since)
{
    private readonly List<ReadOnlyMemory<byte>> _messages = [];
    private long _bytes;

    internal MeshSessionEvent.Introduced Introduced => introduced;

    internal TimeSpan Since => since;

    internal bool IsSpokenOn { get; private set; }

    /// <summary>What was said on it so far, to be taken once it is registered.</summary>
    internal IReadOnlyList<ReadOnlyMemory<byte>> Messages => _messages;

    /// <summary>Keeps a message. Gossip that finds no room is lost, and repaired by later gossip.</summary>
    internal void Add(ReadOnlyMemory<byte> message)
    {
        IsSpokenOn = true;
        if (_messages.Count < MeshLimits.HeldMessages && _bytes + message.Length <= MeshLimits.HeldBytes)
        {
            _bytes += message.Length;
            _messages.Add(message);
        }
    }
}
