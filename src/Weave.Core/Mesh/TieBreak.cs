namespace Weave.Core.Mesh;

/// <summary>Which of two connections to one peer survives. Both ends know both UIDs, so both decide alike.</summary>
/// <remarks>docs/wire/mesh.md §1.8.</remarks>
public enum TieBreak
{
    KeepOld,
    KeepNew,
    CloseBoth,
}
