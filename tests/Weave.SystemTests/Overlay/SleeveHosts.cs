using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Weave.Core.Mesh;
using Weave.Core.Overlay;
using Weave.Linux.NetNs;
using Weave.Linux.Packet;
using Weave.Overlay;
using Weave.SystemTests.Support;
using Weave.Wire.Primitives;

namespace Weave.SystemTests.Overlay;

/// <summary>
/// Hosts in a chain of network namespaces, each with a bridge, a "container" (a namespace on the bridge) and sleeve.
/// The overlay alone: no mesh; control messages cross in memory.
/// </summary>
/// <remarks>
/// Host i is namespace <c>PREFIXi</c>, its container <c>PREFIXci</c> at 10.40.0.i; host i and i+1 are joined by a veth pair
/// with addresses 10.91.i.1 and 10.91.i.2.
/// </remarks>
internal sealed class SleeveHosts : IDisposable
{
    private const string Tap = "vethwe-sleeve";
    private const ushort Port = 6783;

    private readonly string _prefix;
    private readonly int _count;
    private readonly SleeveOverlay[] _overlays;
    private readonly ConcurrentDictionary<(int From, int To), Link> _links = new();

    internal SleeveHosts(string prefix, int count, int underlayMtu, byte[]? key, bool ours = true, int containerMtu = 65521)
    {
        _prefix = prefix;
        _count = count;
        _overlays = new SleeveOverlay[count + 1];
        RemoveNamespaces();
        for (int i = 1; i <= count; i++)
        {
            MakeHost(i, containerMtu);
        }

        for (int i = 1; i < count; i++)
        {
            Shell.Bash($"""
                set -e
                ip link add {prefix}v{i}a netns {prefix}{i} type veth peer name {prefix}v{i}b netns {prefix}{i + 1}
                ip -n {prefix}{i} link set {prefix}v{i}a mtu {underlayMtu} up; ip -n {prefix}{i} addr add 10.91.{i}.1/24 dev {prefix}v{i}a
                ip -n {prefix}{i + 1} link set {prefix}v{i}b mtu {underlayMtu} up; ip -n {prefix}{i + 1} addr add 10.91.{i}.2/24 dev {prefix}v{i}b
                """);
        }

        for (int i = 1; i <= count; i++)
        {
            StartOverlay(i);
        }

        for (int i = 1; i < count; i++)
        {
            Connect(i, i + 1, key, ours);
        }
    }

    internal SleeveOverlay this[int host] => _overlays[host];

    internal static PeerName NameOf(int host) => new(0x0200_0000_0000UL + (ulong)host);

    internal string Host(int host) => $"{_prefix}{host}";

    internal string Container(int host) => $"{_prefix}c{host}";

    internal static string AddressOf(int host) => $"10.40.0.{host}";

    /// <summary>A line of bash in a container.</summary>
    internal string In(int host, string line) => Shell.Run("ip", "netns", "exec", Container(host), "bash", "-c", line);

    internal Shell.Result TryIn(int host, string line) =>
        Shell.Try(Shell.DefaultTimeout, "ip", "netns", "exec", Container(host), "bash", "-c", line);

    internal void WaitUntilEstablished() => Eventually.True(
        TimeSpan.FromSeconds(20), "sleeve established everywhere", () => _links.Values.All(link => link.Established), Describe);

    internal void WaitUntilSettled(int mtu) => Eventually.True(
        TimeSpan.FromSeconds(60), $"path MTU {mtu} everywhere", () => _links.Values.All(link => link.Forwarder!.Status.MtuBytes == mtu), Describe);

    internal string Describe() => string.Join(
        '\n',
        _links.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key.From} -> {pair.Key.To}: established {pair.Value.Established}, {pair.Value.Forwarder?.Status}")
            .Concat(Enumerable.Range(1, _count).Select(i => $"{i}: {string.Join(' ', _overlays[i].Counters.Select(counter => $"{counter.Name}={counter.Value}"))}")));

    public void Dispose()
    {
        foreach (SleeveOverlay? overlay in _overlays)
        {
            overlay?.Dispose();
        }

        RemoveNamespaces();
    }

    private void MakeHost(int i, int mtu) => Shell.Bash($"""
        set -e
        ip netns add {Host(i)}; ip netns add {Container(i)}
        ip -n {Host(i)} link set lo up; ip -n {Container(i)} link set lo up
        ip -n {Host(i)} link add weave type bridge; ip -n {Host(i)} link set weave up
        ip link add vethwe{i} netns {Host(i)} type veth peer name ethwe netns {Container(i)}
        ip -n {Host(i)} link set vethwe{i} mtu {mtu} master weave up
        ip -n {Container(i)} link set ethwe mtu {mtu} up; ip -n {Container(i)} addr add {AddressOf(i)}/24 dev ethwe
        ip -n {Container(i)} route add 224.0.0.0/4 dev ethwe
        """);

    private void StartOverlay(int i)
    {
        (SleeveChannels channels, IPacketPort port) = new NetworkNamespaces().Run(
            $"/var/run/netns/{Host(i)}", () => (SleeveChannels.Open(default, Port), (IPacketPort)TapDevice.Create(Tap)));
        Shell.Bash($"ip -n {Host(i)} link set {Tap} mtu 65521 txqueuelen 1000 master weave up");
        MacTable macs = new();
        _overlays[i] = new SleeveOverlay(channels, port, new BridgedPlane(macs), macs, TimeProvider.System, NullLogger.Instance, _ => { });
        _overlays[i].RoutesChanged(RoutesOf(i));
        _overlays[i].Start();
    }

    private FixedRoutes RoutesOf(int self)
    {
        Dictionary<PeerName, PeerName> unicast = [];
        Dictionary<PeerName, IReadOnlyList<PeerName>> broadcast = [];
        for (int other = 1; other <= _count; other++)
        {
            unicast[NameOf(other)] = other == self ? PeerName.Unknown : NameOf(other > self ? self + 1 : self - 1);
            List<PeerName> hops = [];
            if (other >= self && self > 1)
            {
                hops.Add(NameOf(self - 1));
            }

            if (other <= self && self < _count)
            {
                hops.Add(NameOf(self + 1));
            }

            broadcast[NameOf(other)] = hops;
        }

        return new FixedRoutes(NameOf(self), unicast, broadcast, Enumerable.Range(1, _count).ToDictionary(NameOf, i => new ShortId((ushort)i)));
    }

    /// <summary>Both ends prepared and confirmed, as a mesh does it after a handshake that <paramref name="dialler"/> began.</summary>
    private void Connect(int dialler, int acceptor, byte[]? key, bool ours)
    {
        IPEndPoint dialled = new(IPAddress.Parse($"10.91.{dialler}.2"), Port);
        IPEndPoint ephemeral = new(IPAddress.Parse($"10.91.{dialler}.1"), 40000);
        Link forward = Prepare(dialler, acceptor, key, ours, outbound: true, ephemeral, dialled);
        Link back = Prepare(acceptor, dialler, key, ours, outbound: false, dialled, ephemeral);
        forward.Other = back;
        back.Other = forward;
        forward.Forwarder!.Confirm();
        back.Forwarder!.Confirm();
    }

    private Link Prepare(int self, int remote, byte[]? key, bool ours, bool outbound, IPEndPoint local, IPEndPoint far)
    {
        Link link = new();
        Dictionary<string, string> features = [];
        if (ours)
        {
            _overlays[self].AddFeatures(features);
        }

        OverlayConnection connection = new(
            new ConnectionId((self * 100) + remote), 77, NameOf(self), NameOf(remote), new ShortId((ushort)self), new ShortId((ushort)remote), outbound,
            local, far, key, ["sleeve"], features, features, 2);
        link.Forwarder = _overlays[self].Prepare(connection, link, out _);
        _links[(self, remote)] = link;
        return link;
    }

    private void RemoveNamespaces()
    {
        for (int i = 1; i <= _count; i++)
        {
            Shell.Try(Shell.DefaultTimeout, "ip", "netns", "del", Container(i));
            Shell.Try(Shell.DefaultTimeout, "ip", "netns", "del", Host(i));
        }
    }

    /// <summary>One direction of a connection; its control messages reach the other end at once.</summary>
    private sealed class Link : ISubForwarderEvents
    {
        private volatile bool _established;

        internal ISubForwarder? Forwarder { get; set; }

        internal Link? Other { get; set; }

        internal bool Established => _established;

        public TimeSpan SilenceElsewhere => TimeSpan.MaxValue;

        public void SendControl(byte tag, ReadOnlySpan<byte> payload)
        {
            byte[] copy = payload.ToArray();
            // On another thread, as from a socket: the sender holds its lock.
            ThreadPool.QueueUserWorkItem(_ => Other?.Forwarder?.Control(tag, copy));
        }

        public void Hold(bool held)
        {
        }

        void ISubForwarderEvents.Established() => _established = true;

        public void Presumed()
        {
            // One overlay: there is nothing to choose.
        }

        public void Failed(string reason) => _established = false;
    }
}
