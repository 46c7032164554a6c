namespace Weave.Core.Ipam;

/// <summary>How it stands with a peer that may have space for us.</summary>
internal enum InquiryState
{
    NotAsked,

    /// <summary>Its answer is under way.</summary>
    Asked,

    /// <summary>Others are asked besides.</summary>
    Slow,

    /// <summary>Nothing came.</summary>
    Silent,

    Denied,

    /// <summary>It has something there that it does not give out yet.</summary>
    Evasive,
}
