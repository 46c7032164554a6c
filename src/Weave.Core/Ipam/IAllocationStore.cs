namespace Weave.Core.Ipam;

/// <summary>Where an allocator remembers what must survive a crash.</summary>
public interface IAllocationStore
{
    /// <summary>What was remembered; null when nothing was.</summary>
    AllocationRecord? Load();

    /// <summary>
    /// Remembers; on return it is safe. Called before anything about the change is told to anybody. A failure is thrown
    /// and ends the process, since what it does next could not be relied on.
    /// </summary>
    void Commit(AllocationChange change);
}
