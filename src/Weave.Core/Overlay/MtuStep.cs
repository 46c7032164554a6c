namespace Weave.Core.Overlay;

/// <summary>What the search for the path MTU wants done now.</summary>
public enum MtuStep
{
    Nothing,

    /// <summary>Send a test frame for <see cref="PathMtuSearch.Candidate"/>.</summary>
    SendTest,

    /// <summary>The search is over: <see cref="PathMtuSearch.Mtu"/> is proved.</summary>
    Settled,
}
