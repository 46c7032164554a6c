using Weave.Core.Firewall;
using Weave.Wire.Primitives;

namespace Weave.Firewall;

/// <summary>What a start makes of the exposed addresses that are stored, and of those that are on the bridge.</summary>
/// <param name="Wanted">To be exposed from now on.</param>
/// <param name="Hidden">Taken away by hand while no router ran: nobody wants them any more.</param>
internal sealed record ExposurePlan(IReadOnlyList<Exposure> Wanted, IReadOnlyList<Ipv4Cidr> Hidden)
{
    /// <summary>
    /// A bridge that is not the one on which an address was last seen has been made since, after a reboot or because
    /// somebody deleted the old one: the address is missing there only because nobody has put it there yet.
    /// </summary>
    /// <param name="stored">What was asked for by command.</param>
    /// <param name="found">What is on the bridge.</param>
    /// <param name="bridge">The mark of the bridge; empty when it has none.</param>
    internal static ExposurePlan From(IReadOnlyList<KeyValuePair<Ipv4Cidr, StoredExposure>> stored, IReadOnlyList<Exposure> found, string bridge)
    {
        List<Exposure> wanted = [.. found];
        List<Ipv4Cidr> hidden = [];
        foreach ((Ipv4Cidr address, StoredExposure how) in stored)
        {
            Exposure exposure = new(address, how.Masquerade);
            int at = wanted.FindIndex(other => other.Address == address);
            if (at >= 0)
            {
                wanted[at] = exposure;
            }
            else if (bridge.Length > 0 && how.Bridge == bridge)
            {
                hidden.Add(address);
            }
            else
            {
                wanted.Add(exposure);
            }
        }

        return new ExposurePlan(wanted, hidden);
    }
}
