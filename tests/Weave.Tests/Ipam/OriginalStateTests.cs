using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Weave.Core.Ipam;
using Weave.Ipam;
using Weave.Persistence;
using Weave.Tests.Wire.Ipam;
using Weave.Wire.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Tests.Ipam;

/// <summary>A host changes from the original router to ours: nothing that is in use may be given out.</summary>
public sealed class OriginalStateTests : IDisposable
{
    private static readonly PeerName Self = new(1);

    private readonly string _directory = Directory.CreateTempSubdirectory("weave-original-").FullName;
    private readonly MemoryStateStore _store = new();

    private string Path => OriginalState.PathOf(System.IO.Path.Combine(_directory, "weave"));

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Ring_and_addresses_of_the_original_are_ours_and_its_file_stays()
    {
        File.WriteAllBytes(Path, OriginalRecordTests.Small);
        TakeOver();
        AllocationRecord record = Load();
        Assert.Equal(Self, record.Peer);
        Assert.Equal(2, record.Ring!.Entries.Count);
        Assert.Equal(["10.32.0.99", "c1", "c2"], record.Owned.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(OriginalRecordTests.Small, File.ReadAllBytes(Path));
    }

    [Fact]
    public void What_changed_since_stays_when_the_original_has_not_run_again()
    {
        File.WriteAllBytes(Path, OriginalRecordTests.Small);
        TakeOver();
        new StoredAllocation(_store, Self).Commit(new AllocationChange(null, [new("c1", null)], null, StartOver: false));
        TakeOver();
        Assert.DoesNotContain("c1", Load().Owned.Keys);
    }

    [Fact]
    public void When_the_original_has_run_again_its_record_is_the_later_one()
    {
        File.WriteAllBytes(Path, OriginalRecordTests.Small);
        TakeOver();
        File.WriteAllBytes(Path, OriginalRecordTests.Large);
        TakeOver();
        Assert.Contains("c300", Load().Owned.Keys);
    }

    [Fact]
    public void A_record_of_ours_is_not_replaced_by_an_older_one_of_the_original()
    {
        RingState ring = new(new Ipv4Range(0x0A20_0000, 0x0A30_0000), Self, [new RingEntry(new Ipv4Address(0x0A20_0000), Self, 7, 5)], [Self]);
        new StoredAllocation(_store, Self).Commit(new AllocationChange(ring, [], null, StartOver: false));
        File.WriteAllBytes(Path, OriginalRecordTests.Small);
        TakeOver();
        Assert.Equal(ring.Entries, Load().Ring!.Entries);
        Assert.Empty(Load().Owned);
    }

    [Theory]
    [InlineData("")]
    [InlineData("something else")]
    public void A_file_that_cannot_be_read_changes_nothing(string content)
    {
        File.WriteAllText(Path, content);
        TakeOver();
        Assert.Empty(_store.Under(""));
        Assert.Equal(Encoding.UTF8.GetBytes(content), File.ReadAllBytes(Path));
    }

    [Fact]
    public void Without_a_file_nothing_happens()
    {
        TakeOver();
        Assert.Empty(_store.Under(""));
    }

    private void TakeOver() => OriginalState.TakeOver(_store, [Path + ".nosuch", Path], NullLogger.Instance);

    private AllocationRecord Load() => new StoredAllocation(_store, Self).Load()!;
}
