using Weave.Tests.Support;
using Weave.Wire.Names;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Names;

[Collection(AloneCollection.Name)]
public sealed class NameMemoryTests
{
    [Fact]
    public void A_hundred_thousand_names_take_less_than_50_MB()
    {
        // The heap is everybody's, the test runner's too: the smallest of some readings is ours.
        long bytes = Enumerable.Range(0, 5).Min(_ => BytesOfAHundredThousandNames());
        Assert.True(bytes < 50_000_000, $"{bytes} bytes");
    }

    private static long BytesOfAHundredThousandNames()
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        NamesPeer peer = new(1, 2);
        for (int part = 0; part < 10; part++)
        {
            // As they arrive: each with strings of its own, an id of 64 digits, an address of its own.
            peer.Hear([.. Enumerable.Range(part * 10_000, 10_000).Select(i => new NameEntry(
                $"container-{i:D7}.weave.local.", new PeerName(2), $"{i:x64}", new Ipv4Address(0x0A20_0000 + (uint)i), 0, 0))]);
        }

        long bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.Equal(100_000, peer.Database.Count);
        GC.KeepAlive(peer);
        return bytes;
    }
}
