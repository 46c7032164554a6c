namespace Weave.Core.Mesh;

/// <summary>Decides between two connections to one peer.</summary>
/// <remarks>docs/wire/mesh.md §1.8.</remarks>
public static class TieBreaker
{
    /// <summary>The numerically smaller connection UID survives; equal ones both go.</summary>
    public static TieBreak Decide(ulong newUid, ulong oldUid) =>
        newUid < oldUid ? TieBreak.KeepNew : newUid > oldUid ? TieBreak.KeepOld : TieBreak.CloseBoth;
}
