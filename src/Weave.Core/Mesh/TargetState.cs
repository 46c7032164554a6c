namespace Weave.Core.Mesh;

/// <summary>What the connection maker is doing about an address.</summary>
/// <remarks>docs/wire/mesh.md §1.14.</remarks>
public enum TargetState
{
    Waiting,
    Attempting,
    Connected,
    Suspended,
}
