using Weave.Core.Firewall;

namespace Weave.Firewall;

/// <summary>Where names are served. Safe from any thread.</summary>
internal interface IDnsAddresses
{
    /// <summary>The bridge at whose address names are served; empty when it is none's.</summary>
    string Bridge { get; }

    /// <summary>Which questions are led elsewhere; null where names have not moved yet.</summary>
    DnsRedirection? Current();
}
