namespace Weave.Core.Ipam;

/// <summary>What the container engine has an address for, when it asked for it: then it can be asked whether it still does.</summary>
public enum EngineUse
{
    /// <summary>Somebody else asked.</summary>
    None,

    /// <summary>For an endpoint.</summary>
    Endpoint,

    /// <summary>It is a network's own, a gateway or set aside: every host that has the network has it too, and nobody else.</summary>
    Network,
}
