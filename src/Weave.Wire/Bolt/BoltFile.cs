using System.Buffers.Binary;

namespace Weave.Wire.Bolt;

/// <summary>A file of the key/value store of original routers, for reading one value at a time. A view: it owns no memory.</summary>
/// <remarks>
/// docs/wire/ipam.md §7. Pages of equal size, little-endian: id (8) | kind (2) | count (2) | overflow (4) | elements.
/// The first two pages are alternating headers; the valid one of the later transaction counts. Foreign bytes never throw:
/// what cannot be followed is not found.
/// </remarks>
public readonly ref struct BoltFile
{
    private const uint Magic = 0xED0C_DAED;
    private const uint Version = 2;
    private const int PageHeader = 16;
    private const int ElementSize = 16; // of a branch and of a leaf alike
    private const int ChecksumAt = 56;
    private const int MetaSize = ChecksumAt + sizeof(ulong);
    private const int BucketHeader = 16;
    private const uint IsBucket = 1;
    private const int MaximumDepth = 32;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _pageSize;
    private readonly ulong _root;

    private BoltFile(ReadOnlySpan<byte> bytes, int pageSize, ulong root, ulong transaction)
    {
        _bytes = bytes;
        _pageSize = pageSize;
        _root = root;
        Transaction = transaction;
    }

    private enum PageKind : ushort
    {
        Branch = 1,
        Leaf = 2,
    }

    /// <summary>Number of the last transaction: it grows with every change.</summary>
    public ulong Transaction { get; }

    /// <summary>False when neither header is whole.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> bytes, out BoltFile file)
    {
        file = default;
        bool found = TryReadMeta(bytes, 0, ref file);
        for (int size = 1024; size <= 65536; size *= 2)
        {
            found |= TryReadMeta(bytes, size, ref file); // the second page, wherever the size of a page puts it
        }

        return found;
    }

    /// <summary>The value of a key in a bucket of the top level.</summary>
    public bool TryGet(ReadOnlySpan<byte> bucket, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!TryFind(Page(_root), bucket, IsBucket, out ReadOnlySpan<byte> header) || header.Length < BucketHeader)
        {
            return false;
        }

        ulong root = BinaryPrimitives.ReadUInt64LittleEndian(header);
        return TryFind(root == 0 ? header[BucketHeader..] : Page(root), key, flags: 0, out value); // small buckets have their page inside
    }

    // magic (4) | version (4) | page size (4) | flags (4) | root (8) | sequence (8) | free list (8) | pages (8) | transaction (8) | checksum (8)
    private static bool TryReadMeta(ReadOnlySpan<byte> bytes, int offset, ref BoltFile best)
    {
        if (bytes.Length < offset + PageHeader + MetaSize)
        {
            return false;
        }

        ReadOnlySpan<byte> meta = bytes.Slice(offset + PageHeader, MetaSize);
        uint pageSize = BinaryPrimitives.ReadUInt32LittleEndian(meta[8..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(meta) != Magic || BinaryPrimitives.ReadUInt32LittleEndian(meta[4..]) != Version
            || pageSize is < 512 or > 1 << 20 || (offset > 0 && offset != pageSize)
            || BinaryPrimitives.ReadUInt64LittleEndian(meta[ChecksumAt..]) != Checksum(meta[..ChecksumAt]))
        {
            return false;
        }

        ulong transaction = BinaryPrimitives.ReadUInt64LittleEndian(meta[48..]);
        if (best._pageSize == 0 || transaction > best.Transaction)
        {
            best = new BoltFile(bytes, (int)pageSize, BinaryPrimitives.ReadUInt64LittleEndian(meta[16..]), transaction);
        }

        return true;
    }

    // FNV-1a, 64 bits.
    private static ulong Checksum(ReadOnlySpan<byte> bytes)
    {
        ulong hash = 0xCBF2_9CE4_8422_2325;
        foreach (byte each in bytes)
        {
            hash = (hash ^ each) * 0x0000_0100_0000_01B3;
        }

        return hash;
    }

    private static int Count(ReadOnlySpan<byte> page) => BinaryPrimitives.ReadUInt16LittleEndian(page[10..]);

    // A page with those that continue it; empty when it is not in the file.
    private ReadOnlySpan<byte> Page(ulong id)
    {
        if (id >= (ulong)(_bytes.Length / _pageSize))
        {
            return default;
        }

        ReadOnlySpan<byte> rest = _bytes[((int)id * _pageSize)..];
        ulong length = ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(rest[12..]) + 1) * (ulong)_pageSize;
        return length <= (ulong)rest.Length ? rest[..(int)length] : default;
    }

    private bool TryFind(ReadOnlySpan<byte> page, ReadOnlySpan<byte> key, uint flags, out ReadOnlySpan<byte> value)
    {
        value = default;
        for (int depth = 0; depth < MaximumDepth && page.Length >= PageHeader; depth++)
        {
            switch ((PageKind)BinaryPrimitives.ReadUInt16LittleEndian(page[8..]))
            {
                case PageKind.Leaf:
                    return TryFindInLeaf(page, key, flags, out value);
                case PageKind.Branch:
                    page = Child(page, key);
                    break;
                default:
                    return false;
            }
        }

        return false;
    }

    // Elements: flags (4) | position of the key, from the element (4) | key size (4) | value size (4); the value follows the key.
    private static bool TryFindInLeaf(ReadOnlySpan<byte> page, ReadOnlySpan<byte> key, uint flags, out ReadOnlySpan<byte> value)
    {
        value = default;
        for (int i = 0; i < Count(page); i++)
        {
            if (!TryReadElement(page, i, out ReadOnlySpan<byte> element, out ReadOnlySpan<byte> tail)
                || !TryTake(tail, BinaryPrimitives.ReadUInt32LittleEndian(element[4..]), BinaryPrimitives.ReadUInt32LittleEndian(element[8..]), out ReadOnlySpan<byte> found, out ReadOnlySpan<byte> rest))
            {
                return false;
            }

            if (found.SequenceEqual(key))
            {
                return BinaryPrimitives.ReadUInt32LittleEndian(element) == flags
                    && TryTake(rest, 0, BinaryPrimitives.ReadUInt32LittleEndian(element[12..]), out value, out _);
            }
        }

        return false;
    }

    // Elements: position of the key, from the element (4) | key size (4) | page (8); a key is the smallest of its page.
    private ReadOnlySpan<byte> Child(ReadOnlySpan<byte> page, ReadOnlySpan<byte> key)
    {
        ulong? child = null;
        for (int i = 0; i < Count(page); i++)
        {
            if (!TryReadElement(page, i, out ReadOnlySpan<byte> element, out ReadOnlySpan<byte> tail)
                || !TryTake(tail, BinaryPrimitives.ReadUInt32LittleEndian(element), BinaryPrimitives.ReadUInt32LittleEndian(element[4..]), out ReadOnlySpan<byte> first, out _))
            {
                return default;
            }

            if (child is not null && first.SequenceCompareTo(key) > 0)
            {
                break;
            }

            child = BinaryPrimitives.ReadUInt64LittleEndian(element[8..]);
        }

        return child is { } id ? Page(id) : default;
    }

    private static bool TryReadElement(ReadOnlySpan<byte> page, int index, out ReadOnlySpan<byte> element, out ReadOnlySpan<byte> tail)
    {
        int at = PageHeader + (index * ElementSize);
        bool inside = at + ElementSize <= page.Length;
        tail = inside ? page[at..] : default;
        element = inside ? tail[..ElementSize] : default;
        return inside;
    }

    private static bool TryTake(ReadOnlySpan<byte> from, uint position, uint size, out ReadOnlySpan<byte> taken, out ReadOnlySpan<byte> rest)
    {
        bool inside = (ulong)position + size <= (ulong)from.Length;
        taken = inside ? from.Slice((int)position, (int)size) : default;
        rest = inside ? from[((int)position + (int)size)..] : default;
        return inside;
    }
}
