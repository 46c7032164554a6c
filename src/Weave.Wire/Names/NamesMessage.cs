using System.Diagnostics.CodeAnalysis;
using Weave.Wire.Gob;
using Weave.Wire.Primitives;

namespace Weave.Wire.Names;

/// <summary>The one message of the channel <c>nameserver</c>: some entries, and the clock of the sender.</summary>
/// <remarks>
/// docs/wire/names.md §3. One gob stream with one struct: Timestamp int, Entries slice of
/// { ContainerID string, Origin uint, Addr uint, Hostname string, Version int, Tombstone int }.
/// </remarks>
public static class NamesMessage
{
    private static readonly GobType Entry = GobType.Struct(
        "Entry",
        new("ContainerID", GobType.String),
        new("Origin", GobType.UInt),
        new("Addr", GobType.UInt),
        new("Hostname", GobType.String),
        new("Version", GobType.Int),
        new("Tombstone", GobType.Int));

    private static readonly GobType Gossip = GobType.Struct(
        "GossipData", new("Timestamp", GobType.Int), new("Entries", GobType.SliceOf(Entry, "Entries")));

    private static readonly GobSchema Schema = new(Gossip);

    private enum GossipField
    {
        Timestamp,
        Entries,
    }

    private enum EntryField
    {
        ContainerId,
        Origin,
        Address,
        Hostname,
        Version,
        Tombstone,
    }

    /// <summary>The message. No key may occur twice in <paramref name="entries"/>: original peers end when one does.</summary>
    public static byte[] Encode(long timestamp, ReadOnlySpan<NameEntry> entries)
    {
        GobWriter writer = new(Schema);
        writer.BeginValue();
        writer.BeginStruct();
        writer.IntField((int)GossipField.Timestamp, timestamp);
        writer.SliceField((int)GossipField.Entries, entries.Length);
        foreach (NameEntry entry in entries)
        {
            writer.BeginStruct();
            writer.StringField((int)EntryField.ContainerId, entry.Container);
            writer.UIntField((int)EntryField.Origin, entry.Origin.Value);
            writer.UIntField((int)EntryField.Address, entry.Address.Value);
            writer.StringField((int)EntryField.Hostname, entry.Hostname);
            writer.IntField((int)EntryField.Version, entry.Version);
            writer.IntField((int)EntryField.Tombstone, entry.Tombstone);
            writer.EndStruct();
        }

        writer.EndStruct();
        writer.EndValue();
        return writer.ToArray();
    }

    /// <summary>Reads what a peer sent. Nothing is checked beyond the layout: keys may repeat.</summary>
    /// <param name="payload">Foreign bytes.</param>
    /// <param name="timestamp">Unix seconds of the sender.</param>
    /// <param name="entries">In the order in which they came.</param>
    /// <param name="fault">What is wrong with it.</param>
    public static bool TryDecode(
        ReadOnlySpan<byte> payload, out long timestamp, out List<NameEntry> entries, [NotNullWhen(false)] out string? fault)
    {
        timestamp = 0;
        entries = [];
        GobReader reader = new(payload);
        if (!reader.NextValue(Gossip))
        {
            fault = reader.Error ?? "empty message";
            return false;
        }

        reader.EnterStruct();
        while (reader.NextField(out int field))
        {
            switch ((GossipField)field)
            {
                case GossipField.Timestamp:
                    timestamp = reader.Int64();
                    break;
                case GossipField.Entries:
                    ReadEntries(ref reader, entries);
                    break;
            }
        }

        fault = reader.Error;
        return fault is null;
    }

    private static void ReadEntries(ref GobReader reader, List<NameEntry> entries)
    {
        entries.Capacity = reader.EnterSlice();
        while (reader.NextElement())
        {
            entries.Add(ReadEntry(ref reader));
        }
    }

    private static NameEntry ReadEntry(ref GobReader reader)
    {
        string container = "", hostname = "";
        ulong origin = 0;
        uint address = 0;
        long version = 0, tombstone = 0;
        reader.EnterStruct();
        while (reader.NextField(out int field))
        {
            switch ((EntryField)field)
            {
                case EntryField.ContainerId: container = reader.String(); break;
                case EntryField.Origin: origin = reader.UInt64(); break;
                case EntryField.Address: address = reader.UInt32(); break;
                case EntryField.Hostname: hostname = reader.String(); break;
                case EntryField.Version: version = reader.Int64(); break;
                case EntryField.Tombstone: tombstone = reader.Int64(); break;
            }
        }

        return new NameEntry(hostname, new PeerName(origin), container, new Ipv4Address(address), version, tombstone);
    }
}
