using Weave.Wire.Gob;
using Weave.Wire.Primitives;

namespace Weave.Wire.Ipam;

/// <summary>Reads a state, field by field as the sender has them.</summary>
/// <remarks>docs/wire/ipam.md §1.</remarks>
internal static class AllocatorStateReader
{
    internal static AllocatorState Read(ref GobReader reader)
    {
        AllocatorState state = new(0, new Dictionary<PeerName, string>(), null, null, []);
        reader.EnterStruct();
        while (reader.NextField(out int field))
        {
            state = field switch
            {
                0 => state with { UnixSeconds = reader.Int64() },
                1 => state with { Nicknames = ReadNicknames(ref reader) },
                2 => state with { Paxos = ReadPaxos(ref reader) },
                3 => state with { Ring = ReadRing(ref reader) },
                4 => state with { Healers = ReadPeers(ref reader) },
                5 => state with { Displaced = ReadEntries(ref reader) },
                6 => state with { Outside = ReadOutside(ref reader) },
                _ => state with { Networks = ReadOutside(ref reader) },
            };
        }

        return state;
    }

    internal static RingState ReadRing(ref GobReader reader)
    {
        uint start = 0;
        uint end = 0;
        RingState ring = new(default, default, [], []);
        reader.EnterStruct();
        while (reader.NextField(out int field))
        {
            switch (field)
            {
                case 0:
                    start = reader.UInt32();
                    break;
                case 1:
                    end = reader.UInt32();
                    break;
                case 2:
                    ring = ring with { Peer = ReadPeer(ref reader) };
                    break;
                case 3:
                    ring = ring with { Entries = ReadEntries(ref reader) };
                    break;
                default:
                    ring = ring with { Seeds = ReadPeers(ref reader) };
                    break;
            }
        }

        return ring with { Range = new Ipv4Range(start, end) };
    }

    private static Dictionary<PeerName, string> ReadNicknames(ref GobReader reader)
    {
        Dictionary<PeerName, string> nicknames = new(reader.EnterMap());
        while (reader.NextKey())
        {
            PeerName peer = ReadPeer(ref reader);
            reader.MoveToMapValue();
            nicknames[peer] = ForeignText.Read(reader.Utf8());
        }

        return nicknames;
    }

    private static Dictionary<NodeId, NodeClaims> ReadPaxos(ref GobReader reader)
    {
        Dictionary<NodeId, NodeClaims> paxos = new(reader.EnterMap());
        while (reader.NextKey())
        {
            NodeId node = ReadNode(ref reader);
            reader.MoveToMapValue();
            paxos[node] = ReadClaims(ref reader);
        }

        return paxos;
    }

    private static NodeClaims ReadClaims(ref GobReader reader)
    {
        NodeClaims claims = NodeClaims.None;
        reader.EnterStruct();
        while (reader.NextField(out int field))
        {
            claims = field switch
            {
                0 => claims with { Promise = ReadProposal(ref reader) },
                1 => claims with { Accepted = ReadProposal(ref reader) },
                _ => ReadAccepted(ref reader, claims),
            };
        }

        return claims;
    }

    private static NodeClaims ReadAccepted(ref GobReader reader, NodeClaims claims)
    {
        reader.EnterStruct();
        while (reader.NextField(out int field))
        {
            claims = field == 0
                ? claims with { Value = ReadPeers(ref reader) }
                : claims with { Origin = ReadProposal(ref reader) };
        }

        return claims;
    }

    private static ProposalId ReadProposal(ref GobReader reader)
    {
        ProposalId proposal = default;
        reader.EnterStruct();
        while (reader.NextField(out int field))
        {
            proposal = field == 0
                ? proposal with { Round = reader.UInt64() }
                : proposal with { Proposer = ReadNode(ref reader) };
        }

        return proposal;
    }

    private static NodeId ReadNode(ref GobReader reader)
    {
        NodeId node = default;
        reader.EnterStruct();
        while (reader.NextField(out int field))
        {
            node = field == 0 ? node with { Name = ReadPeer(ref reader) } : node with { Uid = reader.UInt64() };
        }

        return node;
    }

    private static List<RingEntry> ReadEntries(ref GobReader reader)
    {
        List<RingEntry> entries = new(reader.EnterSlice());
        while (reader.NextElement())
        {
            entries.Add(ReadEntry(ref reader));
        }

        return entries;
    }

    private static RingEntry ReadEntry(ref GobReader reader)
    {
        RingEntry entry = default;
        reader.EnterStruct();
        while (reader.NextField(out int field))
        {
            entry = field switch
            {
                0 => entry with { Token = new Ipv4Address(reader.UInt32()) },
                1 => entry with { Peer = ReadPeer(ref reader) },
                2 => entry with { Version = reader.UInt32() },
                _ => entry with { Free = reader.UInt32() },
            };
        }

        return entry;
    }

    private static List<OutsideAddresses> ReadOutside(ref GobReader reader)
    {
        List<OutsideAddresses> outside = new(reader.EnterSlice());
        while (reader.NextElement())
        {
            outside.Add(ReadOutsideOf(ref reader));
        }

        return outside;
    }

    private static OutsideAddresses ReadOutsideOf(ref GobReader reader)
    {
        uint start = 0;
        uint end = 0;
        OutsideAddresses each = new(default, 0, []);
        reader.EnterStruct();
        while (reader.NextField(out int field))
        {
            switch (field)
            {
                case 0:
                    each = each with { Peer = ReadPeer(ref reader) };
                    break;
                case 1:
                    each = each with { Version = reader.UInt64() };
                    break;
                case 2:
                    each = each with { Addresses = ReadAddresses(ref reader) };
                    break;
                case 3:
                    start = reader.UInt32();
                    break;
                case 4:
                    end = reader.UInt32();
                    break;
                case 5:
                    each = each with { Origin = reader.UInt64() };
                    break;
                default:
                    each = each with { IsInUse = reader.UInt64() != 0 };
                    break;
            }
        }

        return each with { Range = new Ipv4Range(start, end) };
    }

    private static List<Ipv4Address> ReadAddresses(ref GobReader reader)
    {
        List<Ipv4Address> addresses = new(reader.EnterSlice());
        while (reader.NextElement())
        {
            addresses.Add(new Ipv4Address(reader.UInt32()));
        }

        return addresses;
    }

    private static List<PeerName> ReadPeers(ref GobReader reader)
    {
        List<PeerName> peers = new(reader.EnterSlice());
        while (reader.NextElement())
        {
            peers.Add(ReadPeer(ref reader));
        }

        return peers;
    }

    private static PeerName ReadPeer(ref GobReader reader) => new(reader.UInt64());
}
