using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Weave.Core.Mesh;
using Weave.Core.Names;
using Weave.Core.Primitives;
using Weave.Names;
using Weave.Wire.Primitives;

namespace Weave.Benchmarks.Names;

/// <summary>The DNS server of the router alone, filled with names, for a generator of queries: see bench/throughput/dns.</summary>
internal sealed class DnsBenchServer : IPeerDirectory, IGossipSender
{
    public PeerName Self => new(1);

    public ulong SelfUid => 1;

    public string SelfNickname => "bench";

    public IEnumerable<PeerName> Names => [Self];

    /// <summary>Arguments: number of names <c>nN.weave.local.</c>, and the address to listen on. Ends with its standard input.</summary>
    internal static int Run(string[] args)
    {
        DnsBenchServer peer = new();
        NameDatabase names = new("weave.local.", peer, peer);
        Moment now = new(TimeSpan.Zero, 1_700_000_000);
        for (uint i = 0; i < uint.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture); i++)
        {
            names.Register(now, $"{i:x64}", $"n{i}.weave.local.", new Ipv4Address(0x0A20_0000 + i));
        }

        DnsServerOptions options = new(IPEndPoint.Parse(args[1]), names.Domain, 1, TimeSpan.FromSeconds(5));
        ResolvConf nobody = new("", options.Listen, TimeProvider.System);
        UpstreamForwarder upstream = new(nobody, new UpstreamSockets(), options.ServerTimeout, TimeProvider.System);
        using DnsServer server = new(options, names.Index, upstream, TimeProvider.System, NullLogger.Instance);
        server.Start();
        Console.Out.WriteLine("ready");
        while (Console.In.ReadLine() is not null)
        {
            // Whoever started us closes our input when it is done.
        }

        return 0;
    }

    public bool Contains(PeerName peer) => peer == Self;

    public string? NicknameOf(PeerName peer) => Contains(peer) ? SelfNickname : null;

    public void Gossip(GossipData data)
    {
        // Nobody to tell.
    }

    public void Broadcast(GossipData data)
    {
        // Nobody to tell.
    }

    public bool TryUnicast(PeerName destination, byte[] payload) => false;
}
