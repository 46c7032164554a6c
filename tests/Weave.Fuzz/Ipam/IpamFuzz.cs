using Weave.Core.Ipam;
using Weave.Core.Mesh;
using Weave.Core.Primitives;
using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Fuzz.Ipam;

/// <summary>
/// Any bytes as gossip, broadcast and unicast to an allocator that has a ring and addresses in use: it takes them or says why
/// not, keeps its addresses, and what it tells then can be read.
/// </summary>
public static class IpamFuzz
{
    private static readonly Moment Now = new(TimeSpan.FromMinutes(1), 1_700_000_000);
    private static readonly Ipv4Cidr Universe = Ipv4Cidr.Parse("10.32.0.0/12");

    public static void Fuzz(ReadOnlySpan<byte> input)
    {
        LonelyAllocator lonely = new();
        AllocatorOptions options = new(Universe, () => 1, IsObserver: false, [], []);
        Allocator allocator = new(options, lonely, lonely, new SeededRandom(1), lonely);
        allocator.Start(Now);
        allocator.Submit(Now, new AllocateRequest("c1", Universe, isContainer: true, _ => { }));
        PeerName other = new(2);
        allocator.OnUnicast(Now, other, input);
        allocator.OnGossip(Now, other, input);
        allocator.OnBroadcast(Now, other, input);
        allocator.OnDeadline(Now with { Elapsed = TimeSpan.FromMinutes(2) });
        if (allocator.Owned.Count != 1)
        {
            throw new InvalidOperationException("a message took an address away");
        }

        List<byte[]> payloads = [];
        allocator.CompleteState(Now)!.Encode(payloads);
        if (!AllocatorMessage.TryDecodeState(payloads[0], out AllocatorState? state))
        {
            throw new InvalidOperationException("our own state cannot be read");
        }

        if (state.Ring is not { } ring)
        {
            throw new InvalidOperationException("our ring is gone");
        }

        if (RingCheck.FirstFault(ring.Entries, ring.Range) is { } fault)
        {
            throw new InvalidOperationException($"our own ring is unsound: {fault}; {string.Join(", ", ring.Entries)}");
        }
    }
}
