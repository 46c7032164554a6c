using System.Buffers;
using Weave.Core.Mesh;
using Weave.Core.Primitives;

namespace Weave.Tests.Core.Mesh;

public sealed class MeshSessionTests
{
    private static readonly Dictionary<string, string> Features = new()
    {
        ["PeerNameFlavour"] = "mac", ["Name"] = "00:00:00:00:00:01", ["NickName"] = "host1", ["UID"] = "7", ["ConnID"] = "8",
        ["Overlays"] = "fastdp sleeve",
    };

    private readonly ArrayBufferWriter<byte> _toB = new();
    private readonly ArrayBufferWriter<byte> _toA = new();
    private readonly List<MeshSessionEvent> _eventsOfA = [];
    private readonly List<MeshSessionEvent> _eventsOfB = [];

    [Theory]
    [InlineData(1, null)]
    [InlineData(1, "secret")]
    [InlineData(2, null)]
    [InlineData(2, "secret")]
    public void Two_of_ours_meet_and_talk(int version, string? password)
    {
        (MeshSession a, MeshSession b) = Meet(version, password, password);
        byte[] message = [99, .. Enumerable.Range(0, 5000).Select(i => (byte)i)];
        Assert.Null(a.WriteMessage(message, _toB));
        Assert.Null(b.WriteMessage([0], _toA));
        Exchange(a, b);
        Assert.Equal(message, Assert.IsType<MeshSessionEvent.Message>(_eventsOfB[1]).Bytes.ToArray());
        Assert.Equal([0], Assert.IsType<MeshSessionEvent.Message>(_eventsOfA[1]).Bytes.ToArray());
        Assert.Equal(Assert.IsType<MeshSessionEvent.Introduced>(_eventsOfA[0]).SessionKey, ((MeshSessionEvent.Introduced)_eventsOfB[0]).SessionKey);
    }

    [Theory]
    [InlineData("00a00001")] // one byte beyond 10 MiB
    [InlineData("ffffffff")]
    public void A_frame_beyond_the_limit_ends_the_session_as_soon_as_its_length_is_seen(string length)
    {
        (MeshSession a, _) = Meet(2, null, null);
        _eventsOfA.Clear();
        a.Receive(Convert.FromHexString(length), _toB, _eventsOfA);
        Assert.StartsWith("incoming message exceeds maximum size", Assert.IsType<MeshSessionEvent.Failed>(Assert.Single(_eventsOfA)).Reason);
        a.Receive([0, 0, 0, 1, 0], _toB, _eventsOfA);
        Assert.Single(_eventsOfA);
        Assert.NotNull(a.WriteMessage([0], _toB));
    }

    [Fact]
    public void A_stranger_cannot_make_us_keep_a_long_introduction()
    {
        MeshSession session = new(new MeshSessionOptions(1, 2, null, Features, false), new SeededRandom(1));
        session.Receive([.. "weave"u8, 1, 2, 0, .. Convert.FromHexString("00040001")], _toB, _eventsOfA);
        Assert.StartsWith("incoming message exceeds maximum size", Assert.IsType<MeshSessionEvent.Failed>(Assert.Single(_eventsOfA)).Reason);
    }

    [Fact]
    public void The_same_in_version_1_where_descriptions_of_types_never_end()
    {
        MeshSession session = new(new MeshSessionOptions(1, 2, null, Features, false), new SeededRandom(1));
        session.Receive([.. "weave"u8, 1, 1], _toB, _eventsOfA);
        for (int i = 0; i < 10_000 && _eventsOfA.Count == 0; i++)
        {
            session.Receive(Convert.FromHexString("1cffd1030101015301ffd200010101084e616d6542797465010a000000"), _toB, _eventsOfA);
        }

        Assert.IsType<MeshSessionEvent.Failed>(Assert.Single(_eventsOfA));
    }

    [Fact]
    public void A_replayed_or_changed_message_ends_the_session()
    {
        (MeshSession a, MeshSession b) = Meet(2, "secret", "secret");
        Assert.Null(a.WriteMessage([0], _toB));
        byte[] frame = _toB.WrittenSpan.ToArray();
        b.Receive(frame, _toA, _eventsOfB);
        Assert.Equal(2, _eventsOfB.Count);
        b.Receive(frame, _toA, _eventsOfB);
        Assert.Equal("Unable to decrypt TCP msg", Assert.IsType<MeshSessionEvent.Failed>(_eventsOfB[2]).Reason);
    }

    [Fact]
    public void Writing_before_the_handshake_is_done_is_a_bug_of_the_caller()
    {
        MeshSession session = new(new MeshSessionOptions(1, 2, null, Features, false), new SeededRandom(1));
        Assert.Throws<InvalidOperationException>(() => session.WriteMessage([0], _toB));
    }

    [Fact]
    public void A_message_of_the_largest_size_goes_through_and_one_more_byte_is_refused()
    {
        (MeshSession a, MeshSession b) = Meet(2, "secret", "secret");
        byte[] message = new byte[MeshSession.MaxFrameSize - 16];
        message[0] = 99;
        Assert.Null(a.WriteMessage(message, _toB));
        Exchange(a, b);
        Assert.Equal(message.Length, Assert.IsType<MeshSessionEvent.Message>(_eventsOfB[1]).Bytes.Length);
        Assert.NotNull(a.WriteMessage(new byte[message.Length + 1], _toB));
        Assert.Equal(0, _toB.WrittenCount);
    }

    private (MeshSession A, MeshSession B) Meet(int version, string? passwordOfA, string? passwordOfB)
    {
        MeshSession a = new(new MeshSessionOptions(1, 2, passwordOfA, Features, true), new SeededRandom(1));
        MeshSession b = new(new MeshSessionOptions(1, version, passwordOfB, Features, false), new SeededRandom(2));
        a.Start(_toB);
        b.Start(_toA);
        Exchange(a, b);
        Assert.True(a.IsIntroduced);
        Assert.True(b.IsIntroduced);
        return (a, b);
    }

    private void Exchange(MeshSession a, MeshSession b)
    {
        while (_toA.WrittenCount + _toB.WrittenCount > 0)
        {
            Deliver(_toA, a, _toB, _eventsOfA);
            Deliver(_toB, b, _toA, _eventsOfB);
        }
    }

    private static void Deliver(ArrayBufferWriter<byte> from, MeshSession to, ArrayBufferWriter<byte> replies, List<MeshSessionEvent> events)
    {
        byte[] bytes = from.WrittenSpan.ToArray();
        from.Clear();
        to.Receive(bytes, replies, events);
    }
}
