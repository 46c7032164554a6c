using System.Text.Json;
using Weave.Core.Overlay;
using Weave.Tests.Support;
using Weave.Wire.Primitives;
using Weave.Wire.Sleeve;

namespace Weave.Tests.Core.Overlay;

/// <summary>Datagrams recorded from the original: opened, and made again to the same bytes.</summary>
public sealed class SleeveVectorTests
{
    [Fact]
    public void Datagrams_are_made_byte_for_byte()
    {
        JsonElement file = Vectors.Json("sleeve/packets.json");
        byte[] key = file.GetProperty("key").Hex();
        foreach (JsonElement row in file.GetProperty("packets").EnumerateArray())
        {
            byte[] expected = row.GetProperty("udpPayload").Hex();
            string description = row.GetProperty("description").GetString()!;
            bool sealed_ = !description.StartsWith("unencrypted", StringComparison.Ordinal);
            int header = sealed_ ? SleeveDatagram.SealedHeaderSize : SleeveDatagram.PlainHeaderSize;
            Assert.Equal(row.GetProperty("packetOverhead").GetInt32(), header);
            Assert.Equal(SleeveFrame.HeaderSize, row.GetProperty("frameOverhead").GetInt32());

            byte[] datagram = new byte[row.GetProperty("accountedLength").GetInt32()];
            expected.AsSpan(0, PeerName.Size).CopyTo(datagram);
            int used = header;
            foreach (JsonElement frame in row.GetProperty("frames").EnumerateArray())
            {
                used += Append(datagram.AsSpan(used), frame);
            }

            Assert.Equal(datagram.Length, used);
            if (sealed_)
            {
                bool dialler = description.Contains("dialling side", StringComparison.Ordinal);
                ulong word = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(expected.AsSpan(SleeveDatagram.SequenceOffset));
                new SecretboxCipher(key, dialler).Seal(datagram, word);
                Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(datagram));
                Assert.Equal(SleeveOpening.Opened, new SecretboxCipher(key, !dialler).Open(datagram, out _));
            }

            Assert.True(sealed_ || datagram.AsSpan().SequenceEqual(expected), description);
        }
    }

    [Fact]
    public void Frames_are_found_as_the_original_finds_them()
    {
        foreach (JsonElement row in Vectors.Json("sleeve/parse.json").EnumerateArray())
        {
            Span<byte> rest = row.GetProperty("payloadAfterPeerName").Hex();
            int frames = 0;
            while (SleeveFrame.TryRead(ref rest, out _))
            {
                frames++;
            }

            Assert.Equal(row.GetProperty("frames").GetInt32(), frames);
            Assert.Equal(row.GetProperty("error").ValueKind == JsonValueKind.String, !rest.IsEmpty);
        }
    }

    [Fact]
    public void Nothing_can_be_sent_back_to_where_it_came_from()
    {
        SecretboxCipher cipher = new(new byte[32], outbound: true);
        byte[] datagram = new byte[100];
        cipher.Seal(datagram, dontFragment: true);
        Assert.Equal(SleeveOpening.Forged, cipher.Open(datagram, out _));
    }

    [Fact]
    public void Replays_are_told_apart_as_by_the_original()
    {
        byte[] key = new byte[32];
        SecretboxCipher receiver = new(key, outbound: false);
        foreach (JsonElement step in Vectors.Json("sleeve/replay_window.json").GetProperty("steps").EnumerateArray())
        {
            if (step.TryGetProperty("tooShort", out _))
            {
                Assert.Equal(SleeveOpening.TooShort, receiver.Open(new byte[11], out _));
                continue;
            }

            ulong word = step.GetProperty("seq").GetUInt64() | (step.GetProperty("df").GetBoolean() ? SleeveDatagram.DontFragmentBit : 0);
            byte[] datagram = new byte[SleeveDatagram.SealedHeaderSize + SleeveFrame.HeaderSize + 20];
            new SecretboxCipher(key, outbound: true).Seal(datagram, word);
            bool corrupted = step.TryGetProperty("corrupted", out _);
            if (corrupted)
            {
                datagram[^1] ^= 1;
            }

            SleeveOpening expected = corrupted ? SleeveOpening.Forged
                : step.GetProperty("framesDelivered").GetInt32() == 1 ? SleeveOpening.Opened : SleeveOpening.Replayed;
            Assert.Equal(expected, receiver.Open(datagram, out _));
        }
    }

    [Theory]
    [InlineData(22, 0, true)]
    [InlineData(14, 0, true)]
    [InlineData(13, 0, false)]
    [InlineData(22, 0x0800, false)]
    [InlineData(22, 8, false)]
    public void Special_frames_are_those_with_a_header_of_zeros(int length, ushort type, bool special)
    {
        byte[] frame = new byte[length];
        if (type != 0)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), type);
        }

        Assert.Equal(special, SpecialFrame.Is(frame));
    }

    [Fact]
    public void Packets_are_fragmented_as_by_the_original()
    {
        foreach (JsonElement row in Vectors.Json("sleeve/fragment_icmp.json").GetProperty("fragments").EnumerateArray())
        {
            Assert.True(Fragmenter.TryPlan(row.GetProperty("frame").Hex(), row.GetProperty("mtu").GetInt32(), out Fragmenter plan));
            List<string> pieces = [];
            for (int i = 0; i < plan.Count; i++)
            {
                byte[] piece = new byte[plan.LengthOf(i)];
                plan.Write(i, piece);
                pieces.Add(Convert.ToHexStringLower(piece));
            }

            Assert.Equal(row.GetProperty("fragments").EnumerateArray().Select(fragment => fragment.GetString()!), pieces);
        }
    }

    [Fact]
    public void Too_big_is_answered_as_by_the_original()
    {
        foreach (JsonElement row in Vectors.Json("sleeve/fragment_icmp.json").GetProperty("fragmentationNeeded").EnumerateArray())
        {
            byte[] answer = new byte[IcmpFragmentationNeeded.MaxSize];
            int length = IcmpFragmentationNeeded.Write(row.GetProperty("offendingFrame").Hex(), row.GetProperty("mtu").GetInt32(), answer);
            Assert.Equal(row.GetProperty("icmpFrame").GetString(), Convert.ToHexStringLower(answer.AsSpan(0, length)));
        }
    }

    [Theory]
    [InlineData("crypto2", 22)]
    [InlineData("v1crypto2", 9)]
    public void A_recorded_run_decrypts_and_encrypts_to_the_same_bytes(string capture, int expected)
    {
        byte[] key = SessionKey(capture);
        // By sender, so that each direction has a window of its own.
        Dictionary<string, SecretboxCipher> receivers = [];
        int opened = 0;
        foreach (JsonElement row in Vectors.Json($"captures/{capture}.decoded.json").GetProperty("sleeveDatagrams").EnumerateArray())
        {
            if (!row.TryGetProperty("udpPayload", out JsonElement payload))
            {
                continue;
            }

            bool dialler = row.GetProperty("senderIsDialler").GetBoolean();
            string sender = row.GetProperty("senderPeer").GetString()!;
            if (!receivers.TryGetValue(sender, out SecretboxCipher? receiver))
            {
                receivers[sender] = receiver = new SecretboxCipher(key, !dialler);
            }

            byte[] original = payload.Hex();
            byte[] datagram = payload.Hex();
            Assert.Equal(SleeveOpening.Opened, receiver.Open(datagram, out Span<byte> frames));
            CheckFrames(row, frames);
            ulong word = row.GetProperty("seq").GetUInt64() | (row.GetProperty("dfBit").GetBoolean() ? SleeveDatagram.DontFragmentBit : 0);
            new SecretboxCipher(key, dialler).Seal(datagram, word);
            Assert.Equal(Convert.ToHexString(original), Convert.ToHexString(datagram));
            opened++;
        }

        Assert.Equal(expected, opened);
    }

    private static byte[] SessionKey(string capture)
    {
        string line = File.ReadLines(Vectors.Path($"captures/{capture}.keys.jsonl")).First();
        return JsonDocument.Parse(line).RootElement.GetProperty("sessionKey").Hex();
    }

    private static void CheckFrames(JsonElement row, Span<byte> rest)
    {
        foreach (JsonElement expected in row.GetProperty("frames").EnumerateArray())
        {
            Assert.True(SleeveFrame.TryRead(ref rest, out SleeveFrame frame));
            Assert.Equal(expected.GetProperty("src").GetString(), frame.Source.ToString());
            Assert.Equal(expected.GetProperty("dst").GetString(), frame.Destination.ToString());
            Assert.Equal(expected.GetProperty("length").GetInt32(), frame.Bytes.Length);
            Assert.Equal(expected.GetProperty("kind").GetString() != "ethernet", SpecialFrame.Is(frame.Bytes));
            if (expected.TryGetProperty("connUID", out JsonElement uid))
            {
                Assert.Equal(uid.GetString(), SpecialFrame.ReadHeartbeat(frame.Bytes).ToString(System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        Assert.True(rest.IsEmpty);
    }

    private static int Append(Span<byte> target, JsonElement row)
    {
        byte[] bytes = row.GetProperty("frame").Hex();
        SleeveFrame.WriteHeader(target, PeerName.Read(row.GetProperty("src").Hex()), PeerName.Read(row.GetProperty("dst").Hex()), bytes.Length);
        bytes.CopyTo(target[SleeveFrame.HeaderSize..]);
        return SleeveFrame.HeaderSize + bytes.Length;
    }
}
