using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using Weave.Core.Ipam;
using Weave.Core.Mesh;
using Weave.Core.Names;
using Weave.Core.Primitives;
using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Fuzz.Mesh;

/// <summary>
/// A whole peer of ours (router, allocator, names) with one neighbour, whose bytes are ours to choose. What the peer
/// writes goes through a real session, so that anything that is not a proper stream shows.
/// </summary>
public sealed class RouterUnderTest
{
    private static readonly IPEndPoint Local = new(IPAddress.Parse("10.77.0.1"), 6783);
    private static readonly IPEndPoint Remote = new(IPAddress.Parse("10.77.0.9"), 40_000);

    private readonly MeshSession _neighbour;
    private readonly ArrayBufferWriter<byte> _fromNeighbour = new();
    private readonly List<MeshSessionEvent> _received = [];
    private readonly List<MeshEffect> _effects = [];
    private readonly ConnectionId _id;
    private TimeSpan _elapsed;

    /// <param name="features">How the neighbour introduces itself.</param>
    /// <param name="options">Null for those of an ordinary peer named 1.</param>
    public RouterUnderTest(IReadOnlyDictionary<string, string> features, MeshOptions? options = null)
    {
        SeededRandom random = new(1);
        Router = new MeshRouter(
            options ?? new MeshOptions
            {
                Self = new PeerName(1), Uid = 5, ShortId = new ShortId(6), Nickname = "host1",
                OverlayFeatures = new Dictionary<string, string> { [FeatureKeys.Overlays] = "sleeve" },
            },
            random,
            Now);
        Router.AddChannel("nameserver", sender => new NameDatabase("weave.local.", Router, sender));
        Router.AddChannel(Allocator.ChannelName, sender => new Allocator(
            new AllocatorOptions(Ipv4Cidr.Parse("10.32.0.0/12"), () => 1, false, [], []), sender, Router, random, new ForgetfulStore()));
        _neighbour = new MeshSession(new MeshSessionOptions(1, 2, options?.Password, features, Outbound: true), random);
        _id = Router.OnAccepted(Now, Local, Remote);
        _neighbour.Start(_fromNeighbour);
        Exchange();
    }

    public MeshRouter Router { get; }

    /// <summary>Why our peer closed the connection; null while it has not.</summary>
    public string? Closed { get; private set; }

    /// <summary>Messages that our peer sent.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Sent => _received.OfType<MeshSessionEvent.Message>().Select(message => message.Bytes);

    private Moment Now => new(_elapsed, 1_700_000_000);

    /// <summary>How an ordinary peer named 9 introduces itself.</summary>
    public static Dictionary<string, string> PeerNine() => new()
    {
        [FeatureKeys.PeerNameFlavour] = "mac", [FeatureKeys.Name] = "00:00:00:00:00:09", [FeatureKeys.NickName] = "poker",
        [FeatureKeys.Uid] = "99", [FeatureKeys.ConnId] = "7", [FeatureKeys.ShortId] = "9", [FeatureKeys.Overlays] = "sleeve",
    };

    /// <summary>Gives our peer one message, without encryption and whatever it may be.</summary>
    public void Send(ReadOnlySpan<byte> message)
    {
        Span<byte> length = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(length, (uint)message.Length);
        Router.OnBytes(Now, _id, length);
        Router.OnBytes(Now, _id, message);
        Exchange();
    }

    /// <summary>Gives our peer bytes as they are.</summary>
    public void SendRaw(ReadOnlySpan<byte> bytes)
    {
        Router.OnBytes(Now, _id, bytes);
        Exchange();
    }

    /// <summary>Lets time pass, with all that is due in it.</summary>
    public void Wait(TimeSpan time)
    {
        TimeSpan end = _elapsed + time;
        while (Router.NextDeadline <= end)
        {
            _elapsed = Router.NextDeadline > _elapsed ? Router.NextDeadline : _elapsed;
            Router.OnDeadline(Now);
            Exchange();
        }

        _elapsed = end;
    }

    private void Exchange()
    {
        do
        {
            if (_fromNeighbour.WrittenCount > 0)
            {
                byte[] bytes = _fromNeighbour.WrittenSpan.ToArray();
                _fromNeighbour.Clear();
                Router.OnBytes(Now, _id, bytes);
            }

            _effects.Clear();
            Router.Drain(Now, _effects);
            _effects.ForEach(Perform);
        }
        while (_effects.Count > 0 || _fromNeighbour.WrittenCount > 0);
    }

    private void Perform(MeshEffect effect)
    {
        switch (effect)
        {
            case MeshEffect.Write write when write.Id == _id:
                _neighbour.Receive(write.Bytes.Span, _fromNeighbour, _received);
                if (_neighbour.IsFailed)
                {
                    throw new InvalidOperationException($"what our peer sends cannot be read: {_received[^1]}");
                }

                Router.OnWritable(_id);
                break;
            case MeshEffect.Close close when close.Id == _id:
                Closed = close.Reason;
                break;
        }
    }

    private sealed class ForgetfulStore : IAllocationStore
    {
        public AllocationRecord? Load() => null;

        public string? Commit(AllocationChange change) => null;
    }
}
