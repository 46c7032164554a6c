namespace Weave.Core.Ipam;

/// <summary>Where an allocator remembers what must survive a crash.</summary>
public interface IAllocationStore
{
    /// <summary>What was remembered; null when nothing was.</summary>
    AllocationRecord? Load();

    /// <summary>
    /// Remembers; on return it is safe. Called before anything about the change is told to anybody. What was refused is asked
    /// for again, together with what is new by then.
    /// </summary>
    /// <returns>Why it cannot be remembered now, for the user, and then none of it is; null when it is safe.</returns>
    string? Commit(AllocationChange change);
}
