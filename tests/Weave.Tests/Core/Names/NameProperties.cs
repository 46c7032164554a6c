using CsCheck;
using Weave.Core.Mesh;
using Weave.Core.Names;
using Weave.Wire.Dns;
using Weave.Wire.Names;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Names;

/// <summary>Laws of merging, and the index against a naive twin.</summary>
public sealed class NameProperties
{
    private static readonly string[] Hostnames =
        ["a.weave.local.", "A.weave.local.", "b.weave.local.", "c.b.weave.local.", "é.weave.local.", "nodot"];

    private static readonly Gen<NameEntry> Entries = Gen.Select(
        Gen.Int[0, Hostnames.Length - 1].Select(i => Hostnames[i]),
        Gen.ULong[2, 4],
        Gen.Int[1, 2].Select(i => $"c{i}"),
        Gen.UInt[1, 3],
        Gen.Long[0, 3],
        Gen.Long[0, 2],
        (hostname, origin, container, address, version, tombstone) =>
            new NameEntry(hostname, new PeerName(origin), container, new Ipv4Address(address), version, tombstone));

    private static readonly Gen<NameEntry[]> Messages = Entries.Array[0, 12];

    [Fact]
    public void The_order_and_number_of_messages_does_not_matter() =>
        Messages.Array[0, 6].Select(Gen.Int[0, int.MaxValue]).Sample(
            (messages, shuffle) =>
            {
                NameEntry[] straight = After(messages);
                NameEntry[][] shuffled = [.. messages.Concat(messages).OrderBy(message => HashCode.Combine(message.Length, shuffle))];
                return straight.SequenceEqual(After(shuffled));
            },
            iter: 2_000, seed: "0000KOIgXHqa", threads: 1);

    [Fact]
    public void The_same_message_again_is_no_news() =>
        Messages.Sample(
            message =>
            {
                NamesPeer peer = new(1, 2, 3, 4);
                peer.Hear(message);
                return peer.Hear(message).Relay is null;
            },
            iter: 2_000, seed: "0000KOIgXHqa", threads: 1);

    [Fact]
    public void News_alone_bring_another_peer_to_the_same_state() =>
        Messages.Select(Messages).Sample(
            (first, second) =>
            {
                NamesPeer peer = new(1, 2, 3, 4), other = new(9, 2, 3, 4);
                foreach (NameEntry[] message in new[] { first, second })
                {
                    List<byte[]> payloads = [];
                    peer.Hear(message).Relay?.Encode(payloads);
                    payloads.ForEach(payload => other.Database.OnGossip(other.Now, new PeerName(1), payload));
                }

                return peer.Database.InTableOrder().SequenceEqual(other.Database.InTableOrder());
            },
            iter: 2_000, seed: "0000KOIgXHqa", threads: 1);

    [Fact]
    public void Waiting_data_merges_to_what_the_messages_would_have_done_one_by_one() =>
        Messages.Select(Messages).Sample(
            (first, second) =>
            {
                NamesPeer peer = new(1, 2, 3, 4);
                GossipData merged = NamesGossip.Of(1, first).Merge(NamesGossip.Of(2, second));
                peer.Hear([.. ((NamesGossip)merged).Entries]);
                return peer.Database.InTableOrder().SequenceEqual(After([first, second]));
            },
            iter: 2_000, seed: "0000KOIgXHqa", threads: 1);

    [Fact]
    public void The_index_answers_like_a_walk_over_all_entries() =>
        Messages.Array[1, 8].Select(Gen.ULong[2, 4]).Sample(
            (messages, forgotten) =>
            {
                NamesPeer peer = new(1, 2, 3, 4);
                Array.ForEach(messages, message => peer.Hear(message));
                peer.Forget(forgotten);
                IReadOnlyList<NameEntry> all = peer.Database.InTableOrder();
                return new[] { "a.weave.local.", "b.weave.local.", "c.b.weave.local.", "weave.local." }
                    .All(name => Walk(all, name).SequenceEqual(Found(peer, name)))
                    && Enumerable.Range(1, 3).All(address => Reverse(all, (uint)address) == peer.Database.Index.Find(new Ipv4Address((uint)address))?.First);
            },
            iter: 2_000, seed: "0000KOIgXHqa", threads: 1);

    [Fact]
    public void Many_names_come_and_go_in_the_index()
    {
        NamesPeer peer = new();
        for (uint i = 0; i < 5_000; i++)
        {
            peer.Database.Register(peer.Now, $"c{i}", $"n{i}.weave.local.", new Ipv4Address(i));
        }

        for (uint i = 0; i < 5_000; i += 2)
        {
            peer.Database.Delete(peer.Now, $"c{i}", null, null);
        }

        for (uint i = 0; i < 5_000; i++)
        {
            Assert.Equal(i % 2, (uint)Found(peer, $"n{i}.weave.local.").Count());
            Assert.Equal(i % 2 == 1, peer.Database.Index.Find(new Ipv4Address(i)) is not null);
        }
    }

    private static NameEntry[] After(NameEntry[][] messages)
    {
        NamesPeer peer = new(1, 2, 3, 4);
        Array.ForEach(messages, message => peer.Hear(message));
        return [.. peer.Database.InTableOrder()];
    }

    private static IEnumerable<Ipv4Address> Walk(IReadOnlyList<NameEntry> all, string name) => all
        .Where(entry => entry.IsLive && string.Equals(entry.Hostname, name, StringComparison.OrdinalIgnoreCase))
        .Select(entry => entry.Address).Distinct().Order();

    private static NameEntry? Reverse(IReadOnlyList<NameEntry> all, uint address) =>
        all.FirstOrDefault(entry => entry.IsLive && entry.Address.Value == address);

    private static IEnumerable<Ipv4Address> Found(NamesPeer peer, string name)
    {
        byte[] wire = new byte[DnsName.MaxSize];
        Assert.True(DnsName.TryParse(name, wire, out int length));
        NameGroup? group = peer.Database.Index.Find(wire.AsSpan(0, length));
        Ipv4Address[] addresses = new Ipv4Address[group?.AddressCount ?? 0];
        group?.CopyAddresses(addresses);
        return addresses.Order();
    }
}
