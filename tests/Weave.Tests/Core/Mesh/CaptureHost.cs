using System.Globalization;
using System.Net;
using Weave.Core.Mesh;
using Weave.Core.Primitives;
using Weave.Tests.Support;
using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Mesh;

/// <summary>
/// Puts a router of ours in the place of one host of a capture: it is given what the host's neighbours sent, at the times
/// they did, and its overlay works as soon as theirs does. What it says is read by a session in the neighbour's place.
/// </summary>
internal sealed class CaptureHost
{
    private const int WallClock = 1_795_450_000;

    private readonly RecordedCapture _capture;
    private readonly IPAddress _address;
    private readonly ScriptedRandom _random = new();
    private readonly MeshRouter _router;
    private readonly List<MeshEffect> _effects = [];
    private readonly List<CaptureReply> _replies = [];
    private TimeSpan _now;

    private CaptureHost(RecordedCapture capture, string address)
    {
        _capture = capture;
        _address = IPAddress.Parse(address);
        RecordedSide self = capture.Sides.First(side => side.Local.Address.Equals(_address) && side.Features.Count > 0);
        _router = new MeshRouter(
            new MeshOptions
            {
                Self = self.Name,
                Uid = ulong.Parse(self.Features[FeatureKeys.Uid], CultureInfo.InvariantCulture),
                ShortId = self.ShortId,
                Nickname = self.Features[FeatureKeys.NickName],
                Password = self.Password,
                MinProtocolVersion = self.MinVersion,
                MaxProtocolVersion = self.MaxVersion,
                Discovery = false,
                TrustedSubnets = self.Features.GetValueOrDefault(FeatureKeys.Trusted) == "true" ? [Ipv4Cidr.Parse("10.77.0.0/24")] : [],
                OverlayFeatures = new Dictionary<string, string> { [FeatureKeys.Overlays] = "sleeve" },
            },
            _random,
            Now);
    }

    private Moment Now => new(_now, WallClock + (long)_now.TotalSeconds);

    internal MeshRouter Router => _router;

    internal MeshStatus Status => _router.Status(Now);

    /// <summary>What our router did on each of the host's connections that carried something.</summary>
    internal IReadOnlyList<CaptureReply> Replies => _replies;

    /// <summary>Plays a capture from beginning to end.</summary>
    internal static CaptureHost Replay(string name, string address)
    {
        RecordedCapture capture = RecordedCapture.Load(name);
        CaptureHost host = new(capture, address);
        TimeSpan last = default;
        foreach (TcpEvent happened in PcapFile.Timeline(Vectors.Path($"captures/{name}.pcap")))
        {
            last = happened.At;
            host.PassTimeUntil(happened.At);
            host.Happens(happened);
        }

        host.PassTimeUntil(last + TimeSpan.FromSeconds(2));
        return host;
    }

    private void PassTimeUntil(TimeSpan time)
    {
        while (_router.NextDeadline <= time)
        {
            _now = _router.NextDeadline > _now ? _router.NextDeadline : _now;
            _router.OnDeadline(Now);
            CarryOut();
        }

        _now = time;
    }

    private void Happens(TcpEvent happened)
    {
        bool ours = happened.From.Address.Equals(_address);
        if (!ours && !happened.To.Address.Equals(_address))
        {
            return;
        }

        switch (happened.Kind)
        {
            case TcpEventKind.Begin:
                Begin(ours ? happened.From : happened.To, ours ? happened.To : happened.From, outbound: ours);
                break;
            case TcpEventKind.Data when !ours && Find(happened.To, happened.From) is { } reply:
                _router.OnBytes(Now, reply.Id, happened.Data);
                break;
            case TcpEventKind.End when !ours && Find(happened.To, happened.From) is { } reply:
                _router.OnClosed(Now, reply.Id, "connection reset by peer");
                break;
        }

        CarryOut();
    }

    private CaptureReply? Find(IPEndPoint local, IPEndPoint remote) =>
        _replies.Find(reply => reply.Ours.Local.Equals(local) && reply.Theirs.Local.Equals(remote));

    private void Begin(IPEndPoint local, IPEndPoint remote, bool outbound)
    {
        if (_capture.Find(local, remote) is not { } ours || _capture.Find(remote, local) is not { } theirs)
        {
            return; // refused before a byte was said
        }

        _random.Use(ours.ConnectionPart, ours.PrivateKey);
        ConnectionId id;
        if (outbound)
        {
            _router.Connect(Now, [new DirectTarget(remote.ToString(), remote)], replace: true);
            _router.Drain(Now, _effects);
            id = _effects.OfType<MeshEffect.Dial>().Single(dial => dial.Target.Equals(remote)).Id;
            _replies.Add(new CaptureReply(id, ours, theirs));
            _router.OnDialled(Now, id, local, remote);
        }
        else
        {
            id = _router.OnAccepted(Now, local, remote);
            _replies.Add(new CaptureReply(id, ours, theirs));
        }
    }

    private void CarryOut()
    {
        _router.Drain(Now, _effects);
        while (_effects.Count > 0)
        {
            List<MeshEffect> effects = [.. _effects];
            _effects.Clear();
            effects.ForEach(Perform);
            _router.Drain(Now, _effects);
        }
    }

    private void Perform(MeshEffect effect)
    {
        switch (effect)
        {
            case MeshEffect.Write write:
                _replies.Single(reply => reply.Id == write.Id).Add(write.Bytes.Span);
                _router.OnWritable(write.Id);
                break;
            case MeshEffect.Close close when _replies.Find(reply => reply.Id == close.Id) is { } reply:
                reply.Closed = close.Reason;
                break;
            case MeshEffect.OverlayControl control when _replies.Single(reply => reply.Id == control.Id) is { OverlayAnswered: false } reply:
                // Theirs works; so does ours.
                reply.OverlayAnswered = true;
                foreach (byte[] message in reply.Ours.OverlayMessages)
                {
                    _router.SendOverlayControl(control.Id, message[0], message.AsSpan(1));
                }

                _router.OnOverlayEstablished(Now, control.Id);
                break;
        }
    }

    /// <summary>Connection parts and keys are the recorded ones.</summary>
    private sealed class ScriptedRandom : IRandom
    {
        private readonly SeededRandom _others = new(1);
        private ulong _connectionPart;
        private byte[] _key = [];

        internal void Use(ulong connectionPart, byte[] key) => (_connectionPart, _key) = (connectionPart, key);

        public ulong NextUInt64() => _connectionPart;

        public int Next(int exclusiveMax) => _others.Next(exclusiveMax);

        public double NextDouble() => _others.NextDouble();

        public void Fill(Span<byte> bytes) => _key.CopyTo(bytes);
    }
}
