namespace Weave.Core.Overlay;

/// <summary>What is to become of a frame.</summary>
public enum Verdict
{
    Drop,

    /// <summary>Send to one peer along the unicast route.</summary>
    Unicast,

    /// <summary>Send a copy to each neighbour on the source's broadcast tree.</summary>
    Flood,

    /// <summary>Hand to the containers of this host.</summary>
    Inject,

    /// <summary>Hand to the containers of this host, and flood on.</summary>
    InjectAndFlood,
}
