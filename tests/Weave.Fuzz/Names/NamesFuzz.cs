using Weave.Core.Mesh;
using Weave.Core.Names;
using Weave.Core.Primitives;
using Weave.Wire.Names;
using Weave.Wire.Primitives;

namespace Weave.Fuzz.Names;

/// <summary>Any bytes as gossip of names: a database takes it or says why not, and what it passes on can be read again.</summary>
public static class NamesFuzz
{
    private static readonly Moment Now = new(TimeSpan.FromMinutes(1), 1_700_000_000);

    public static void Fuzz(ReadOnlySpan<byte> input)
    {
        NameDatabase names = LonelyPeer.Database();
        names.Register(Now, "c1", "Web.weave.local.", new Ipv4Address(0x0A20_0001));
        GossipOutcome first = names.OnGossip(Now, new PeerName(2), input);
        GossipOutcome again = names.OnBroadcast(Now, new PeerName(2), input);
        if ((first.Fault is null) != (again.Fault is null))
        {
            throw new InvalidOperationException("gossip and broadcast disagree");
        }

        if (first.Relay is not null && names.OnGossip(Now, new PeerName(2), input).Relay is NamesGossip { Entries: var news }
            && news.Any(entry => entry.Origin.Value != 1))
        {
            throw new InvalidOperationException("the same message was new twice");
        }

        ReadBack(first.Relay);
        ReadBack(again.Relay);
        ReadBack(names.CompleteState(Now));
    }

    private static void ReadBack(GossipData? data)
    {
        List<byte[]> payloads = [];
        data?.Encode(payloads);
        foreach (byte[] payload in payloads)
        {
            if (!NamesMessage.TryDecode(payload, out _, out List<NameEntry> entries, out string? fault))
            {
                throw new InvalidOperationException($"our own message cannot be read: {fault}");
            }

            if (entries.Distinct(NameOrder.Key).Count() != entries.Count)
            {
                throw new InvalidOperationException("a key twice in one message");
            }
        }
    }
}
