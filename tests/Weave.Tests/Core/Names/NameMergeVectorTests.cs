using System.Text.Json;
using Weave.Core.Mesh;
using Weave.Core.Names;
using Weave.Tests.Support;
using Weave.Tests.Wire.Names;
using Weave.Wire.Names;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Names;

/// <summary>A recorded life of the original's database, step by step.</summary>
public sealed class NameMergeVectorTests
{
    private static readonly JsonElement Recorded = Vectors.Json("nameserver/merge.json");

    // Steps that were calls, not messages, by the words of the recording.
    private static readonly Dictionary<string, Action<NamesPeer>> Calls = new()
    {
        ["add Web.weave.local locally"] = peer => peer.Register("Web.weave.local", "10.32.0.1"),
        ["add a name outside of the domain: ignored"] = peer => Assert.False(peer.Register("foo.example.com", "10.32.0.1")),
        ["delete our entry (exact, case sensitive match)"] =
            peer => Assert.Equal(1, peer.Database.Delete(peer.Now, "c1", "Web.weave.local.", Ipv4Address.Parse("10.32.0.1"))),
        ["add it again: version bumped, tombstone cleared"] = peer => peer.Register("Web.weave.local.", "10.32.0.1"),
        ["delete everything of ours"] = peer => peer.Database.Delete(peer.Now, null, null, null),
        ["peer 2 gone: all its entries removed without tombstones"] = peer => peer.Forget(2),
    };

    [Fact]
    public void The_recorded_life_is_lived_again()
    {
        NamesPeer peer = new(1, 2);
        foreach (JsonElement step in Recorded.GetProperty("steps").EnumerateArray())
        {
            string name = step.GetProperty("step").GetString()!;
            if (Calls.TryGetValue(name, out Action<NamesPeer>? call))
            {
                call(peer);
            }
            else
            {
                Receive(peer, step, name);
            }

            Assert.True(
                NameVectors.Entries(step.GetProperty("entriesAfter")).SequenceEqual(peer.Database.InTableOrder()), name);
        }
    }

    [Fact]
    public void A_key_that_comes_twice_is_taken_once_and_never_passed_on_twice()
    {
        NamesPeer peer = new(1, 2) { Now = new(TimeSpan.Zero, 1_700_000_000) };
        byte[] twice = Vectors.Json("nameserver/duplicate_entries.json").GetProperty("hex").Hex();
        Assert.True(NamesMessage.TryDecode(twice, out long timestamp, out List<NameEntry> sent, out _));
        Assert.Equal(2, sent.Count);
        peer.Now = peer.Now with { UnixSeconds = timestamp };
        GossipOutcome outcome = peer.Database.OnBroadcast(peer.Now, new PeerName(2), twice);
        Assert.Null(outcome.Fault);
        NameEntry relayed = Assert.Single(((NamesGossip)outcome.Relay!).Entries);
        Assert.Equal(sent.Max(entry => entry.Version), relayed.Version);
        Assert.Equal(relayed, Assert.Single(peer.Database.InTableOrder()));
    }

    private static void Receive(NamesPeer peer, JsonElement step, string name)
    {
        GossipOutcome outcome = peer.Database.OnGossip(peer.Now, new PeerName(2), step.GetProperty("incomingHex").Hex());
        Assert.Equal(step.GetProperty("error").GetString(), outcome.Fault);
        NameEntry[] expected = step.TryGetProperty("newEntries", out JsonElement news) ? NameVectors.Entries(news) : [];
        NameEntry[] relayed = outcome.Relay is NamesGossip gossip ? [.. gossip.Entries] : [];
        Assert.True(expected.Order(NameOrder.Wire).SequenceEqual(relayed), name);
    }
}
