using System.Buffers;
using System.Text;
using Weave.Core.Mesh;
using Weave.Core.Overlay;
using Weave.Core.Primitives;

namespace Weave.Tests.Core.Mesh;

/// <summary>Somebody on the way changes what two of ours with a password say to each other: the choice of a cipher is not theirs.</summary>
public sealed class HandshakeTamperingTests
{
    private const int OffsetOfMinVersion = 5;
    private const int OffsetOfMaxVersion = 6;

    private static readonly Dictionary<string, string> Features = new()
    {
        ["PeerNameFlavour"] = "mac", ["Name"] = "00:00:00:00:00:01", ["NickName"] = "host1", ["UID"] = "7", ["ConnID"] = "8",
        ["Overlays"] = "sleeve", [AeadChoice.Feature] = "aes-256-gcm chacha20-poly1305",
    };

    private readonly List<byte> _fromA = [];
    private readonly List<byte> _fromB = [];

    [Fact]
    public void What_each_announces_is_not_to_be_read_on_the_way()
    {
        (MeshSessionEvent.Introduced? a, MeshSessionEvent.Introduced? b) = Meet((_, _, value) => value);
        Assert.True(IsTruth(a) && IsTruth(b));
        foreach (string secret in (string[])[AeadChoice.Feature, "aes-256-gcm", "Overlays", "host1"])
        {
            Assert.True(_fromA.ToArray().AsSpan().IndexOf(Encoding.ASCII.GetBytes(secret)) < 0, secret);
            Assert.True(_fromB.ToArray().AsSpan().IndexOf(Encoding.ASCII.GetBytes(secret)) < 0, secret);
        }
    }

    [Fact]
    public void No_changed_byte_makes_anybody_believe_in_other_features()
    {
        Meet((_, _, value) => value);
        int length = _fromA.Count;
        Assert.True(length > 100);
        int refused = 0;
        for (int changed = 0; changed < length; changed++)
        {
            foreach (int bit in (int[])[0x01, 0x80])
            {
                int place = changed;
                (MeshSessionEvent.Introduced? a, MeshSessionEvent.Introduced? b) =
                    Meet((fromA, offset, value) => fromA && offset == place ? (byte)(value ^ bit) : value);
                Assert.True((a is null || IsTruth(a)) && (b is null || IsTruth(b)), $"byte {changed}");
                refused += b is null ? 1 : 0;
            }
        }

        Assert.True(refused > length, $"only {refused} changes were noticed");
    }

    [Fact]
    public void Version_1_forced_upon_both_leaves_the_cipher_of_the_original_and_upon_one_nothing()
    {
        (MeshSessionEvent.Introduced? a, MeshSessionEvent.Introduced? b) = Meet((_, offset, value) => offset == OffsetOfMaxVersion ? (byte)1 : value);
        Assert.Equal((1, 1), (a!.Version, b!.Version));
        Assert.All([a, b], end => Assert.Null(AeadChoice.Common(Features[AeadChoice.Feature], end.RemoteFeatures.GetValueOrDefault(AeadChoice.Feature))));
        Assert.All([a, b], end => Assert.NotNull(end.SessionKey));

        (a, b) = Meet((fromA, offset, value) => fromA && offset == OffsetOfMaxVersion ? (byte)1 : value);
        Assert.True(a is null && b is null);
    }

    [Fact]
    public void Whoever_insists_on_version_2_cannot_be_forced_to_1()
    {
        (MeshSessionEvent.Introduced? a, MeshSessionEvent.Introduced? b) = Meet(
            (_, offset, value) => offset is OffsetOfMinVersion or OffsetOfMaxVersion ? (byte)1 : value, minVersion: 2);
        Assert.True(a is null && b is null);
    }

    /// <summary>What counters start from again belongs to another key, even where one side's key pair were the same.</summary>
    [Fact]
    public void Every_connection_has_a_session_key_of_its_own()
    {
        HashSet<string> keys = [];
        for (ulong seed = 1; seed <= 20; seed++)
        {
            (MeshSessionEvent.Introduced? a, MeshSessionEvent.Introduced? b) = Meet((_, _, value) => value, seedOfB: 1 + seed);
            Assert.Equal(a!.SessionKey, b!.SessionKey);
            Assert.True(keys.Add(Convert.ToHexString(a.SessionKey!)));
        }
    }

    private static bool IsTruth(MeshSessionEvent.Introduced? end) =>
        end is { Version: 2, SessionKey: not null } && end.RemoteFeatures.GetValueOrDefault(AeadChoice.Feature) == Features[AeadChoice.Feature];

    /// <param name="onTheWay">From the dialler?, offset in all that this side sends, byte: what arrives instead.</param>
    /// <param name="minVersion">Of both.</param>
    /// <param name="seedOfB">Dice of the accepting side.</param>
    private (MeshSessionEvent.Introduced? A, MeshSessionEvent.Introduced? B) Meet(Func<bool, int, byte, byte> onTheWay, int minVersion = 1, ulong seedOfB = 2)
    {
        MeshSession a = new(new MeshSessionOptions(minVersion, 2, "secret", Features, true), new SeededRandom(1));
        MeshSession b = new(new MeshSessionOptions(minVersion, 2, "secret", Features, false), new SeededRandom(seedOfB));
        ArrayBufferWriter<byte> toA = new();
        ArrayBufferWriter<byte> toB = new();
        List<MeshSessionEvent> eventsOfA = [];
        List<MeshSessionEvent> eventsOfB = [];
        _fromA.Clear();
        _fromB.Clear();
        a.Start(toB);
        b.Start(toA);
        while (toA.WrittenCount + toB.WrittenCount > 0)
        {
            b.Receive(Pass(toB, _fromA, (offset, value) => onTheWay(true, offset, value)), toA, eventsOfB);
            a.Receive(Pass(toA, _fromB, (offset, value) => onTheWay(false, offset, value)), toB, eventsOfA);
        }

        return (eventsOfA.OfType<MeshSessionEvent.Introduced>().SingleOrDefault(), eventsOfB.OfType<MeshSessionEvent.Introduced>().SingleOrDefault());
    }

    private static byte[] Pass(ArrayBufferWriter<byte> from, List<byte> all, Func<int, byte, byte> onTheWay)
    {
        byte[] bytes = from.WrittenSpan.ToArray();
        from.Clear();
        int start = all.Count;
        all.AddRange(bytes);
        return [.. bytes.Select((value, i) => onTheWay(start + i, value))];
    }
}
