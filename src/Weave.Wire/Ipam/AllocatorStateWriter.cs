using Weave.Wire.Gob;
using Weave.Wire.Primitives;

namespace Weave.Wire.Ipam;

/// <summary>Writes a state; maps in ascending order, so that the bytes depend on nothing but the state.</summary>
/// <remarks>docs/wire/ipam.md §1.</remarks>
internal static class AllocatorStateWriter
{
    internal static void Write(GobWriter writer, AllocatorState state)
    {
        writer.BeginStruct();
        writer.IntField(0, state.UnixSeconds);
        writer.MapField(1, state.Nicknames.Count);
        foreach ((PeerName peer, string nickname) in state.Nicknames.OrderBy(pair => pair.Key))
        {
            writer.UInt(peer.Value);
            writer.String(nickname);
        }

        if (state.Paxos is { } paxos)
        {
            writer.MapField(2, paxos.Count);
            foreach ((NodeId node, NodeClaims claims) in paxos.OrderBy(pair => pair.Key))
            {
                writer.BeginStruct();
                WriteNode(writer, node);
                writer.EndStruct();
                WriteClaims(writer, claims);
            }
        }

        if (state.Ring is { } ring)
        {
            writer.BeginStructField(3);
            WriteRing(writer, ring);
            writer.EndStruct();
        }

        WritePeers(writer, 4, state.Healers);
        WriteEntries(writer, 5, state.Displaced);
        WriteOutside(writer, 6, state.Outside);
        WriteOutside(writer, 7, state.Networks);
        writer.EndStruct();
    }

    private static void WriteRing(GobWriter writer, RingState ring)
    {
        writer.UIntField(0, ring.Range.Start.Value);
        writer.UIntField(1, ring.Range.End.Value);
        writer.UIntField(2, ring.Peer.Value);
        WriteEntries(writer, 3, ring.Entries);
        WritePeers(writer, 4, ring.Seeds);
    }

    private static void WriteEntries(GobWriter writer, int field, IReadOnlyList<RingEntry> entries)
    {
        writer.SliceField(field, entries.Count);
        foreach (RingEntry entry in entries)
        {
            writer.BeginStruct();
            writer.UIntField(0, entry.Token.Value);
            writer.UIntField(1, entry.Peer.Value);
            writer.UIntField(2, entry.Version);
            writer.UIntField(3, entry.Free);
            writer.EndStruct();
        }
    }

    private static void WriteOutside(GobWriter writer, int field, IReadOnlyList<OutsideAddresses> outside)
    {
        writer.SliceField(field, outside.Count);
        foreach (OutsideAddresses each in outside)
        {
            writer.BeginStruct();
            writer.UIntField(0, each.Peer.Value);
            writer.UIntField(1, each.Version);
            writer.SliceField(2, each.Addresses.Count);
            foreach (Ipv4Address address in each.Addresses)
            {
                writer.UInt(address.Value);
            }

            writer.UIntField(3, each.Range.Start.Value);
            writer.UIntField(4, each.Range.End.Value);
            writer.UIntField(5, each.Origin);
            writer.UIntField(6, each.IsInUse ? 1U : 0);
            writer.EndStruct();
        }
    }

    private static void WriteClaims(GobWriter writer, NodeClaims claims)
    {
        writer.BeginStruct();
        WriteProposal(writer, 0, claims.Promise);
        WriteProposal(writer, 1, claims.Accepted);
        writer.BeginStructField(2);
        WritePeers(writer, 0, claims.Value);
        WriteProposal(writer, 1, claims.Origin);
        writer.EndStruct();
        writer.EndStruct();
    }

    private static void WriteProposal(GobWriter writer, int field, ProposalId proposal)
    {
        writer.BeginStructField(field);
        writer.UIntField(0, proposal.Round);
        writer.BeginStructField(1);
        WriteNode(writer, proposal.Proposer);
        writer.EndStruct();
        writer.EndStruct();
    }

    private static void WriteNode(GobWriter writer, NodeId node)
    {
        writer.UIntField(0, node.Name.Value);
        writer.UIntField(1, node.Uid);
    }

    private static void WritePeers(GobWriter writer, int field, IReadOnlyList<PeerName> peers)
    {
        writer.SliceField(field, peers.Count);
        foreach (PeerName peer in peers)
        {
            writer.UInt(peer.Value);
        }
    }
}
