using Weave.Wire.Bolt;
using Weave.Wire.Gob;
using Weave.Wire.Primitives;

namespace Weave.Wire.Ipam;

/// <summary>What an original router stored about addresses: its file <c>data.db</c>.</summary>
/// <param name="Transaction">Number of the last change to the file.</param>
/// <param name="Peer">Whose record this is.</param>
/// <param name="Ring">Null when there was none.</param>
/// <param name="Owned">The addresses in use on its host.</param>
/// <remarks>docs/wire/ipam.md §7.</remarks>
public sealed record OriginalRecord(ulong Transaction, PeerName Peer, RingState? Ring, IReadOnlyList<OriginalOwner> Owned)
{
    private const byte MajorVersion = 1;

    private static readonly GobType Cidr = GobType.Struct("CIDR", ("Addr", GobType.UInt), ("PrefixLen", GobType.Int));

    private static readonly GobType Owner = GobType.Struct("", ("IsContainer", GobType.Bool), ("Cidrs", GobType.SliceOf(Cidr)));

    private static readonly GobType OwnedAddresses = GobType.MapOf(GobType.String, Owner);

    /// <summary>Reads it. Never throws on foreign bytes.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="record">Null when there is nothing in it, or <paramref name="fault"/> says why it cannot be used.</param>
    /// <param name="fault">For the user; null when there is none.</param>
    public static void Read(ReadOnlySpan<byte> file, out OriginalRecord? record, out string? fault)
    {
        record = null;
        fault = null;
        if (!BoltFile.TryOpen(file, out BoltFile store))
        {
            fault = "not a file of the original router";
            return;
        }

        if (store.TryGet("top"u8, "version"u8, out ReadOnlySpan<byte> version) && (version.IsEmpty || version[0] != MajorVersion))
        {
            fault = $"of version {Convert.ToHexStringLower(version)}, not {MajorVersion}";
            return;
        }

        if (!store.TryGet("top"u8, "peername"u8, out ReadOnlySpan<byte> name))
        {
            return; // a router that never had an address to remember
        }

        OriginalRecord read = new(store.Transaction, default, null, []);
        if (!TryReadPeer(name, out PeerName peer))
        {
            fault = "the name of its peer cannot be read";
        }

        if (store.TryGet("top"u8, "ring"u8, out ReadOnlySpan<byte> stored))
        {
            if (AllocatorMessage.TryDecodeRing(stored, out RingState? ring))
            {
                read = read with { Ring = ring };
            }
            else
            {
                fault ??= "its ring cannot be read";
            }
        }

        if (store.TryGet("top"u8, "ownedAddresses"u8, out ReadOnlySpan<byte> addresses))
        {
            if (TryReadOwned(addresses, out List<OriginalOwner> owned))
            {
                read = read with { Owned = owned };
            }
            else
            {
                fault ??= "its addresses in use cannot be read";
            }
        }

        record = fault is null ? read with { Peer = peer } : null;
    }

    private static bool TryReadPeer(ReadOnlySpan<byte> stored, out PeerName peer)
    {
        GobReader reader = new(stored);
        bool found = reader.NextValue(GobType.UInt);
        peer = found ? new PeerName(reader.UInt64()) : default;
        return found && !reader.Failed;
    }

    private static bool TryReadOwned(ReadOnlySpan<byte> stored, out List<OriginalOwner> owned)
    {
        owned = [];
        GobReader reader = new(stored);
        if (!reader.NextValue(OwnedAddresses))
        {
            return false;
        }

        reader.EnterMap();
        while (reader.NextKey())
        {
            string ident = reader.String();
            reader.MoveToMapValue();
            owned.Add(ReadOwner(ref reader, ident));
        }

        return !reader.Failed;
    }

    private static OriginalOwner ReadOwner(ref GobReader reader, string ident)
    {
        bool isContainer = false;
        List<Ipv4Cidr> cidrs = [];
        reader.EnterStruct();
        while (reader.NextField(out int field))
        {
            if (field == 0)
            {
                isContainer = reader.Bool();
                continue;
            }

            reader.EnterSlice();
            while (reader.NextElement())
            {
                cidrs.Add(ReadCidr(ref reader));
            }
        }

        return new OriginalOwner(ident, isContainer, cidrs);
    }

    private static Ipv4Cidr ReadCidr(ref GobReader reader)
    {
        uint address = 0;
        long length = 0;
        reader.EnterStruct();
        while (reader.NextField(out int field))
        {
            (address, length) = field == 0 ? (reader.UInt32(), length) : (address, reader.Int64());
        }

        if (length is < 0 or > 32)
        {
            reader.Fail("a prefix of an impossible length");
            length = 0;
        }

        return new Ipv4Cidr(new Ipv4Address(address), (int)length);
    }
}
