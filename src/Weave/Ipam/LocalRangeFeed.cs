using Microsoft.Extensions.Hosting;
using Weave.Daemon;
using Weave.Firewall;
using Weave.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Ipam;

/// <summary>Tells the firewall which ranges are this host's, for <c>--no-masq-local</c>: at start, and whenever they changed.</summary>
internal sealed class LocalRangeFeed(IIpamControl allocation, MeshIdentity identity, ILocalRanges firewall, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private IReadOnlyList<Ipv4Cidr>? _told;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(LookEvery, time);
        try
        {
            do
            {
                await LookAsync(stoppingToken).ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // the daemon ends
        }
    }

    private async Task LookAsync(CancellationToken cancel)
    {
        Ipv4Cidr[] ours =
        [
            .. (await allocation.StatusAsync(cancel).ConfigureAwait(false)).Entries
                .Where(entry => entry.Peer == identity.Name)
                .SelectMany(entry => new Ipv4Range(entry.Token.Value, entry.Token.Value + entry.Size).Cover()),
        ];
        if (_told is null || !_told.SequenceEqual(ours))
        {
            await firewall.SetAsync(ours, cancel).ConfigureAwait(false);
            _told = ours;
        }
    }
}
