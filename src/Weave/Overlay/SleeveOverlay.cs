using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Weave.Core.Mesh;
using Weave.Core.Overlay;
using Weave.Linux.Packet;
using Weave.Linux.Sockets;
using Weave.Wire.Primitives;

namespace Weave.Overlay;

/// <summary>
/// Sleeve: frames in UDP datagrams on port P, through user space. Owns the sockets, the packet port and the two data
/// threads; neighbours and routes reach those as immutable snapshots.
/// </summary>
internal sealed class SleeveOverlay : ISubOverlay, IDisposable
{
    /// <summary>Name of the counter of frames that found no room on their way to us.</summary>
    internal const string CaptureOverflow = "capture_overflow";

    private static readonly TimeSpan ExpireEvery = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly MacTable? _macs;
    private readonly Action<Exception> _onThreadEnded;
    private readonly long _started;
    private readonly EgressThread _egress;
    private readonly IngressThread _ingress;
    private readonly ITimer? _expiry;
    private volatile FrozenDictionary<PeerName, SleeveLink> _links = FrozenDictionary<PeerName, SleeveLink>.Empty;
    private volatile RoutesSnapshot? _routes;

    /// <param name="channels">The sockets; owned from now on.</param>
    /// <param name="port">Where frames enter and leave the kernel; owned from now on.</param>
    /// <param name="plane">What is behind the port.</param>
    /// <param name="macs">The table of a plane that learns; its old entries are removed every minute.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    /// <param name="onThreadEnded">Called when a data thread cannot go on.</param>
    internal SleeveOverlay(
        SleeveChannels channels,
        IPacketPort port,
        IFramePlane plane,
        MacTable? macs,
        TimeProvider time,
        ILogger logger,
        Action<Exception> onThreadEnded)
    {
        Channels = channels;
        Port = port;
        Plane = plane;
        Time = time;
        Logger = logger;
        _macs = macs;
        _onThreadEnded = onThreadEnded;
        _started = time.GetTimestamp();
        _egress = new EgressThread(this);
        _ingress = new IngressThread(this);
        _expiry = macs is null ? null : time.CreateTimer(_ => macs.Expire(Now), null, ExpireEvery, ExpireEvery);
    }

    public string Name => "sleeve";

    internal SleeveChannels Channels { get; }

    internal IPacketPort Port { get; }

    internal IFramePlane Plane { get; }

    internal TimeProvider Time { get; }

    internal ILogger Logger { get; }

    internal TimeSpan Now => Time.GetElapsedTime(_started);

    internal RoutesSnapshot? Routes => _routes;

    /// <summary>Where MAC addresses were seen; null when the kernel keeps that.</summary>
    internal MacTable? Macs => _macs;

    /// <summary>What the data threads did, and what arrived faster than they took it, by name.</summary>
    internal IEnumerable<(string Name, long Value)> Counters =>
        [.. SleeveCounters.Sum([_egress.Counters, _ingress.Counters]), ("receive_overflow", Channels.Main.ReceiveDrops), (CaptureOverflow, Port.Overflows)];

    internal void Start()
    {
        _ingress.Start();
        _egress.Start();
    }

    public void AddFeatures(IDictionary<string, string> features) => features[AeadChoice.Feature] = AeadChoice.Announcement;

    public ISubForwarder? Prepare(OverlayConnection connection, ISubForwarderEvents events, out string whyNot)
    {
        whyNot = "";
        return new SleeveLink(this, connection, CipherFor(connection), events);
    }

    public void RoutesChanged(RoutesSnapshot routes) => _routes = routes;

    public void PeersForgotten(IReadOnlyList<PeerName> peers) => Plane.PeersForgotten(peers);

    public void Dispose()
    {
        _expiry?.Dispose();
        _egress.Stop();
        _ingress.Stop();
        foreach (SleeveLink link in _links.Values)
        {
            link.Stop();
        }

        _egress.Dispose();
        _ingress.Dispose();
        Channels.Dispose();
        Port.Dispose();
    }

    /// <summary>The confirmed link to a neighbour.</summary>
    internal bool TryFind(PeerName neighbour, [MaybeNullWhen(false)] out SleeveLink link) => _links.TryGetValue(neighbour, out link);

    internal void Register(SleeveLink link) => Change(links => links[link.Remote] = link);

    /// <summary>Unless a newer link has taken its place.</summary>
    internal void Unregister(SleeveLink link) => Change(links =>
    {
        if (links.TryGetValue(link.Remote, out SleeveLink? current) && current == link)
        {
            links.Remove(link.Remote);
        }
    });

    internal void Carry(SleeveLink link, bool carries) => Plane.Carry(link.Remote, carries);

    internal SendOutcome SendControl(ReadOnlySpan<byte> datagram, UnderlayEndpoint remote, bool dontFragment) =>
        (dontFragment ? Channels.Control : Channels.ControlOther).Send(datagram, remote.Address, remote.Port);

    internal void OnThreadEnded(Exception failure)
    {
        Logger.DataThreadEnded(failure);
        _onThreadEnded(failure);
    }

    private static SleeveCipher CipherFor(OverlayConnection connection)
    {
        if (connection.SessionKey is not byte[] key)
        {
            return new PlainCipher();
        }

        AeadAlgorithm? better = AeadChoice.Common(
            connection.LocalFeatures.GetValueOrDefault(AeadChoice.Feature), connection.RemoteFeatures.GetValueOrDefault(AeadChoice.Feature));
        return better is AeadAlgorithm algorithm
            ? new AeadCipher(algorithm, key, connection.Self, connection.Remote, connection.Uid)
            : new SecretboxCipher(key, connection.Outbound);
    }

    private void Change(Action<Dictionary<PeerName, SleeveLink>> change)
    {
        lock (_gate)
        {
            Dictionary<PeerName, SleeveLink> links = new(_links);
            change(links);
            _links = links.ToFrozenDictionary();
        }
    }
}
