using System.IO.Compression;
using System.Text.Json;
using Weave.Tests.Support;
using Weave.Wire.Bolt;
using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Tests.Wire.Ipam;

public sealed class OriginalRecordTests
{
    private const int PageSize = 4096;

    private static readonly JsonElement Recorded = Vectors.Json("store/data_db.json");

    internal static byte[] Small => Recorded.GetProperty("small").GetProperty("hex").Hex();

    internal static byte[] Large
    {
        get
        {
            using GZipStream unpack = new(new MemoryStream(Recorded.GetProperty("large").GetProperty("gzip").Hex()), CompressionMode.Decompress);
            using MemoryStream unpacked = new();
            unpack.CopyTo(unpacked);
            return unpacked.ToArray();
        }
    }

    [Fact]
    public void The_record_of_an_original_router_is_read()
    {
        OriginalRecord record = Read(Small);
        Assert.Equal(new PeerName(1), record.Peer);
        Assert.Equal(new Ipv4Range(0x0A20_0000, 0x0A30_0000), record.Ring!.Range);
        Assert.Equal([new PeerName(1), new PeerName(2)], record.Ring.Seeds);
        Assert.Equal(["10.32.0.0 00:00:00:00:00:01", "10.40.0.0 00:00:00:00:00:02"], record.Ring.Entries.Select(entry => $"{entry.Token} {entry.Peer}"));
        Assert.Equal(
            Recorded.GetProperty("small").GetProperty("owned").EnumerateObject().Select(owner => $"{owner.Name} {owner.Value[0].GetString()}"),
            record.Owned.Select(owner => $"{owner.Ident} {Assert.Single(owner.Cidrs)}").Order(StringComparer.Ordinal));
        Assert.All(record.Owned, owner => Assert.False(owner.IsContainer));
    }

    [Fact]
    public void Values_larger_than_a_page_are_read()
    {
        OriginalRecord record = Read(Large);
        Dictionary<string, string> addresses = record.Owned.ToDictionary(owner => owner.Ident, owner => Assert.Single(owner.Cidrs).ToString());
        for (uint i = 1; i <= 300; i++)
        {
            Assert.Equal($"{new Ipv4Address(0x0A20_0000 + i)}/12", addresses[$"c{i}"]);
        }
    }

    // The two headers are written in turn: a crash in the middle of one leaves the other.
    [Fact]
    public void A_damaged_header_leaves_the_one_before_it()
    {
        foreach (int page in new[] { 0, 1 })
        {
            byte[] file = Small;
            file[(page * PageSize) + 20] ^= 1;
            Assert.True(BoltFile.TryOpen(file, out BoltFile store));
            Assert.True(store.TryGet("top"u8, "version"u8, out ReadOnlySpan<byte> version));
            Assert.Equal([1, 0], version.ToArray());
            Assert.False(store.TryGet("top"u8, "nosuch"u8, out _));
            Assert.False(store.TryGet("nosuch"u8, "version"u8, out _));
        }
    }

    [Fact]
    public void A_file_of_something_else_is_refused()
    {
        OriginalRecord.Read("not at all"u8, out OriginalRecord? record, out string? fault);
        Assert.Null(record);
        Assert.Equal("not a file of the original router", fault);
    }

    [Fact]
    public void Cut_or_damaged_files_never_throw()
    {
        byte[] whole = Small;
        for (int length = 0; length < whole.Length; length += 64)
        {
            OriginalRecord.Read(whole.AsSpan(0, length), out _, out _);
        }

        Random random = new(1);
        for (int i = 0; i < 2000; i++)
        {
            byte[] damaged = Small;
            damaged[(2 * PageSize) + random.Next(damaged.Length - (2 * PageSize))] = (byte)random.Next(256); // behind the checksums
            OriginalRecord.Read(damaged, out _, out _);
        }
    }

    private static OriginalRecord Read(byte[] file)
    {
        OriginalRecord.Read(file, out OriginalRecord? record, out string? fault);
        Assert.Null(fault);
        Assert.NotNull(record);
        return record;
    }
}
