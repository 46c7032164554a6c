using Weave.Firewall;
using Weave.Ipam;
using Weave.Linux.Firewall;
using Weave.Names;
using Weave.Wire.Primitives;

namespace Weave.Daemon;

/// <summary>What <c>weave hide</c> asks of the allocator and the names, for addresses that were hidden while no router ran.</summary>
internal sealed class ExposureOwner(IAddressAllocation? allocation, NameService? names) : IExposureOwner
{
    private const string Ident = "weave:expose";

    public async Task ForgetAsync(Ipv4Cidr address, CancellationToken cancel)
    {
        if (names is not null)
        {
            await names.DeleteByHandAsync(Ident, null, address.Address, cancel).ConfigureAwait(false);
        }

        try
        {
            if (allocation is not null && (await allocation.LookupAsync(Ident, null, cancel).ConfigureAwait(false)).Any(own => own.Address == address.Address))
            {
                await allocation.FreeAsync(Ident, address.Address, cancel).ConfigureAwait(false);
            }
        }
        catch (AllocationException refused)
        {
            throw new FirewallException($"{address} is hidden, but not released: {refused.Message}", refused);
        }
    }
}
