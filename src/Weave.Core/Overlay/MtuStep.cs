namespace Weave.Core.Overlay;

/// <summary>What the search for the path MTU wants done now.</summary>
public enum MtuStep
{
    Nothing,

    /// <summary>Send a test frame for <see cref="PathMtuSearch.Candidate"/>.</summary>
    SendTest,

    /// <summary>The same, and behind it one for <see cref="PathMtuSearch.Witness"/>.</summary>
    SendTestAndWitness,

    /// <summary>The search is over: <see cref="PathMtuSearch.Mtu"/> is proved.</summary>
    Settled,
}
