namespace Weave.Core.Mesh;

/// <summary>Who told of an address to be dialled, the most trustworthy first.</summary>
internal enum TargetOrigin
{
    /// <summary>The user.</summary>
    Configured,

    /// <summary>Another peer, and the peer that should be there has described itself.</summary>
    Described,

    /// <summary>Another peer, and that is all that is known of the peer that should be there.</summary>
    Undescribed,
}
