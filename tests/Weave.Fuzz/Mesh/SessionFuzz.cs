using System.Buffers;
using Weave.Core.Mesh;
using Weave.Core.Primitives;

namespace Weave.Fuzz.Mesh;

/// <summary>A session fed in two pieces and byte by byte: both must find the same, and nothing after a failure.</summary>
public static class SessionFuzz
{
    private static readonly Dictionary<string, string> Features = new()
    {
        ["ConnID"] = "1", ["Name"] = "00:00:00:00:00:01", ["NickName"] = "", ["PeerNameFlavour"] = "mac", ["UID"] = "2", ["Overlays"] = "sleeve",
    };

    public static void FuzzPlain(ReadOnlySpan<byte> stream) => Compare(stream, null);

    public static void FuzzEncrypted(ReadOnlySpan<byte> stream) => Compare(stream, "wfvAwt7sj");

    private static void Compare(ReadOnlySpan<byte> stream, string? password)
    {
        int split = stream.IsEmpty ? 0 : stream[^1] * stream.Length / 256;
        MeshSession session = Start(password);
        List<MeshSessionEvent> inTwo = [];
        ArrayBufferWriter<byte> output = new();
        session.Receive(stream[..split], output, inTwo);
        session.Receive(stream[split..], output, inTwo);

        MeshSession slow = Start(password);
        List<MeshSessionEvent> single = [];
        for (int i = 0; i < stream.Length; i++)
        {
            slow.Receive(stream.Slice(i, 1), output, single);
        }

        if (!inTwo.Select(Describe).SequenceEqual(single.Select(Describe)))
        {
            throw new InvalidOperationException("the split of the bytes changes what is found");
        }

        if (inTwo.FindIndex(happened => happened is MeshSessionEvent.Failed) is var failed && failed >= 0 && failed != inTwo.Count - 1)
        {
            throw new InvalidOperationException("something was found after a failure");
        }
    }

    private static MeshSession Start(string? password) =>
        new(new MeshSessionOptions(1, 2, password, Features, Outbound: true), new SeededRandom(1));

    private static string Describe(MeshSessionEvent happened) => happened switch
    {
        MeshSessionEvent.Message message => Convert.ToHexString(message.Bytes.Span),
        MeshSessionEvent.Introduced introduced => $"version {introduced.Version} with {introduced.RemoteFeatures.Count} features",
        MeshSessionEvent.Failed failed => failed.Reason,
        _ => throw new InvalidOperationException(),
    };
}
