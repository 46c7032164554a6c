namespace Weave.Core.Mesh;

/// <summary>Our own handle of one TCP connection, unique for the life of the process. Never on the wire.</summary>
public readonly record struct ConnectionId(long Value) : IComparable<ConnectionId>
{
    public int CompareTo(ConnectionId other) => Value.CompareTo(other.Value);

    public override string ToString() => $"#{Value}";
}
