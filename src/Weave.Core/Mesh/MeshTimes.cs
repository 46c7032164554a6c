namespace Weave.Core.Mesh;

/// <summary>Time-outs of the control connection.</summary>
/// <remarks>docs/wire/mesh.md §1.3, §1.10, §1.13.</remarks>
internal static class MeshTimes
{
    /// <summary>
    /// Ours: a dial that takes longer has failed. TCP tries after 1, 3 and 7 s; a dial begun in a partition would sleep
    /// past its end if it lasted longer.
    /// </summary>
    internal static readonly TimeSpan Dial = TimeSpan.FromSeconds(8);

    /// <summary>The handshake must be over by then.</summary>
    internal static readonly TimeSpan Handshake = TimeSpan.FromSeconds(10);

    /// <summary>Silence for this long ends a connection.</summary>
    internal static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);

    internal static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(30);

    /// <summary>Ours: a deadline that is noticed this late says that we did not run.</summary>
    internal static readonly TimeSpan Starved = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Ours: a second connection that would lose the tie-break, on which the other end has spoken and which it has left open for
    /// so long, is the one that the other end has.
    /// </summary>
    internal static readonly TimeSpan Spoken = TimeSpan.FromSeconds(2);

    /// <summary>Ours: for so long the overlay of an earlier connection waits for the first word on a new one.</summary>
    internal static readonly TimeSpan TakeOver = TimeSpan.FromSeconds(5);

    /// <summary>Ours: for so long a neighbour that called us is called back after the connection was lost.</summary>
    internal static readonly TimeSpan CallBack = TimeSpan.FromMinutes(2);

    /// <summary>Ours: names of configured peers are looked up again this often, whatever they stand for is connected or not.</summary>
    internal static readonly TimeSpan LookUp = TimeSpan.FromSeconds(30);

    /// <summary>Ours: an answer to a look-up holds for the attempt that asked for it.</summary>
    internal static readonly TimeSpan LookedUp = TimeSpan.FromSeconds(1);

    /// <summary>Updates within this time share one garbage collection.</summary>
    internal static readonly TimeSpan Collection = TimeSpan.FromSeconds(1);

    /// <summary>Own changes within this time are told in one update.</summary>
    internal static readonly TimeSpan Update = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Ours: topology news that arrives within this time is looked at once for new peers to connect to.
    /// </summary>
    internal static readonly TimeSpan Discovery = TimeSpan.FromMilliseconds(100);
}
