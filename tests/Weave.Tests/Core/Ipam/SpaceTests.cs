using System.Text.Json;
using System.Text.RegularExpressions;
using Weave.Core.Ipam;
using Weave.Core.Primitives;
using Weave.Tests.Support;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Ipam;

public sealed class SpaceTests
{
    [Fact]
    public void Every_step_gives_what_the_original_gives()
    {
        Space space = new();
        foreach (JsonElement row in Vectors.Json("logic/space.json").EnumerateArray())
        {
            string step = row.GetProperty("step").GetString()!;
            JsonElement result = row.GetProperty("result");
            Perform(space, step, result);
            Assert.Equal(row.GetProperty("freeCount").GetUInt32(), space.FreeCount);
            Assert.Equal(row.GetProperty("ownedCount").GetUInt32(), space.UsedCount);
            Assert.Equal(row.GetProperty("stateAfter").GetString(), Text("owned", space.Used) + Text("free", space.Free));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Behaves_as_a_plain_set_of_addresses(ulong seed)
    {
        SeededRandom random = new(seed);
        Space space = new();
        space.Add(new Ipv4Range(100, 400));
        SortedSet<uint> free = [.. Enumerable.Range(100, 300).Select(i => (uint)i)];
        SortedSet<uint> used = [];
        for (int step = 0; step < 5000; step++)
        {
            Ipv4Address address = new((uint)(90 + random.Next(320)));
            Ipv4Range range = new(address.Value, address.Value + (uint)random.Next(60));
            switch (random.Next(5))
            {
                case 0:
                    uint? lowest = free.Where(a => a >= range.Start.Value && a < range.End.Value).Cast<uint?>().FirstOrDefault();
                    Assert.Equal(lowest is not null, space.TryAllocate(range, out Ipv4Address taken));
                    Assert.True(lowest is null || (lowest == taken.Value && free.Remove(taken.Value) && used.Add(taken.Value)), $"seed {seed}");
                    break;
                case 1:
                    Assert.Equal(free.Remove(address.Value) && used.Add(address.Value), space.TryClaim(address));
                    break;
                case 2:
                    Assert.Equal(used.Remove(address.Value) && free.Add(address.Value), space.TryFree(address));
                    break;
                case 3 when random.Next(20) == 0:
                    bool any = free.Any(a => a >= range.Start.Value && a < range.End.Value);
                    Assert.Equal(any, space.TryDonate(range, out Ipv4Range donated));
                    for (uint a = donated.Start.Value; any && a < donated.End.Value; a++)
                    {
                        Assert.True(range.Contains(new Ipv4Address(a)) && free.Remove(a), $"seed {seed}");
                    }

                    break;
                case 4 when random.Next(20) == 0:
                    IReadOnlyList<Ipv4Address> lost = space.Own([range, new Ipv4Range(300, 400)], []);
                    bool Ours(uint a) => (a >= range.Start.Value && a < range.End.Value) || a is >= 300 and < 400;
                    Assert.Equal(used.Where(a => !Ours(a)), lost.Select(a => a.Value));
                    used.RemoveWhere(a => !Ours(a));
                    free = [.. Enumerable.Range(0, 500).Select(i => (uint)i).Where(a => Ours(a) && !used.Contains(a))];
                    break;
                default:
                    Assert.Equal((uint)free.Count(a => a >= range.Start.Value && a < range.End.Value), space.Free.CountIn(range));
                    Assert.Equal(used.Any(a => a >= range.Start.Value && a < range.End.Value), space.Used.Intersects(range));
                    break;
            }

            Assert.Equal((uint)free.Count, space.FreeCount);
            Assert.Equal((uint)used.Count, space.UsedCount);
        }

        Assert.Equal(free, space.Free.Runs.SelectMany(Each));
        Assert.Equal(used, space.Used.Runs.SelectMany(Each));
    }

    [Fact]
    public void Giving_and_taking_back_allocates_nothing()
    {
        Space space = new();
        space.Add(new Ipv4Range(100, 4000));
        Ipv4Range all = new(100, 4000);
        Allocations.Allocates(0, () =>
        {
            space.TryAllocate(all, out Ipv4Address address);
            space.TryFree(address);
        });
    }

    private static IEnumerable<uint> Each(Ipv4Range run) => Enumerable.Range((int)run.Start.Value, (int)run.Size).Select(i => (uint)i);

    private static void Perform(Space space, string step, JsonElement result)
    {
        Ipv4Address Address(int n) => Ipv4Address.Parse(Regex.Matches(step, @"\d+\.\d+\.\d+\.\d+")[n].Value);
        if (step.StartsWith("start", StringComparison.Ordinal))
        {
            space.Add(new Ipv4Range(Address(0).Value, Address(0).Value + 256));
        }
        else if (step.StartsWith("allocate", StringComparison.Ordinal))
        {
            Ipv4Cidr subnet = Ipv4Cidr.Parse(Regex.Match(step, @"[\d.]+/\d+").Value);
            Assert.True(space.TryAllocate(Ipv4Range.HostsOf(subnet), out Ipv4Address taken));
            Assert.Equal(result.GetProperty("address").GetString(), taken.ToString());
        }
        else if (step.StartsWith("donate", StringComparison.Ordinal))
        {
            Assert.Equal(result.GetProperty("ok").GetBoolean(), space.TryDonate(new Ipv4Range(Address(0), Address(1)), out Ipv4Range donated));
            Assert.Equal(Rings.Range(result, "start", "endExclusive"), donated);
        }
        else
        {
            bool done = step.StartsWith("claim", StringComparison.Ordinal) ? space.TryClaim(Address(0)) : space.TryFree(Address(0));
            Assert.Equal(result.ValueKind == JsonValueKind.Null, done);
        }
    }

    private static string Text(string label, AddressSet set) =>
        set.Count == 0 ? "" : $"{label}:" + string.Concat(set.Runs.Select(run => $" {run.Start}+{run.Size} "));
}
