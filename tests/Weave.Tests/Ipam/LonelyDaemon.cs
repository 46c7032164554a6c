using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Weave.Core.Ipam;
using Weave.Core.Mesh;
using Weave.Core.Primitives;
using Weave.Daemon;
using Weave.Ipam;
using Weave.Persistence;
using Weave.Wire.Primitives;

namespace Weave.Tests.Ipam;

/// <summary>Address allocation over HTTP on a host without peers.</summary>
internal sealed class LonelyDaemon : IAsyncDisposable, IGossipSender, IPeerDirectory
{
    private readonly CancellationTokenSource _stop = new();
    private readonly WebApplication _app;
    private readonly Task _loop;

    private LonelyDaemon(int quorum, TimeProvider time)
    {
        Ipv4Cidr universe = Ipv4Cidr.Parse("10.32.0.0/12");
        ControlLoop loop = new(time);
        Allocator allocator = new(
            new AllocatorOptions(universe, () => quorum, false, [], []), this, this, new SeededRandom(1), new StoredAllocation(new MemoryStateStore(), Self));
        allocator.Start(loop.Now);
        Allocation = new AddressAllocation(loop, allocator, universe, universe, NullLogger<AddressAllocation>.Instance);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IAddressAllocation>(Allocation).AddSingleton<IIpamControl>(Allocation);
        _app = builder.Build();
        _app.MapIpam();
        _loop = Task.Run(() => loop.RunAsync(_stop.Token));
    }

    public PeerName Self => new(1);

    public ulong SelfUid => 7;

    public string SelfNickname => "host1";

    public IEnumerable<PeerName> Names => [Self];

    internal AddressAllocation Allocation { get; }

    internal HttpClient Client { get; } = new();

    internal static async Task<LonelyDaemon> StartAsync(int quorum = 1, TimeProvider? time = null)
    {
        LonelyDaemon daemon = new(quorum, time ?? TimeProvider.System);
        await daemon._app.StartAsync();
        daemon.Client.BaseAddress = new Uri(daemon._app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return daemon;
    }

    public bool Contains(PeerName peer) => peer == Self;

    public string? NicknameOf(PeerName peer) => Contains(peer) ? SelfNickname : null;

    public void Gossip(GossipData data)
    {
        // Nobody listens.
    }

    public void Broadcast(GossipData data)
    {
        // Nobody listens.
    }

    public bool TryUnicast(PeerName destination, byte[] payload) => false;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _loop);
        _stop.Dispose();
    }
}
