namespace Weave.Core.Ipam;

/// <summary>Why a ring of another peer could not be merged as it is.</summary>
public enum RingFault
{
    None,

    /// <summary>It contradicts itself: unsorted, repeated or foreign tokens, more free than there is. Nothing to be done.</summary>
    Unsound,

    /// <summary>It is about another range: the peers are configured differently. Nothing to be done.</summary>
    DifferentRange,

    /// <summary>It began with another division. <see cref="RingHealing"/> decides which of the two stays.</summary>
    DifferentSeeds,

    /// <summary>It names another owner for addresses that we use. <see cref="RingHealing"/> settles it.</summary>
    Conflict,
}
