using System.Diagnostics;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.SystemTests.Support;
using Weave.Wire.Primitives;

namespace Weave.SystemTests.Netlink;

/// <summary>Lists of a kernel whose links and addresses come and go while it is asked.</summary>
public sealed class ListTests
{
    private const int Lasting = 300;
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(3);

    [Fact]
    public void What_lasts_is_in_every_list_and_once_while_others_come_and_go()
    {
        using TestNamespace space = new();
        string batch = Path.GetTempFileName();
        File.WriteAllLines(batch, Enumerable.Range(1, Lasting).SelectMany(i => (string[])[$"link add last{i} type veth peer name end{i}", $"addr add 10.1.{i / 250}.{(i % 250) + 1}/32 dev last{i}"]));
        space.Inside("-batch", batch);
        File.WriteAllLines(batch, Enumerable.Range(1, 200).SelectMany(i => (string[])[$"link add come{i % 7} type veth peer name gone{i % 7}", $"addr add 10.2.0.{i}/32 dev come{i % 7}", $"link del come{i % 7}"]));
        using Process churn = Shell.Background("bash", "-c", $"while :; do ip -n {space.Name} -batch {batch}; done");
        try
        {
            space.Run(() =>
            {
                Links links = new();
                Addresses addresses = new(links);
                for (Stopwatch watch = Stopwatch.StartNew(); watch.Elapsed < Long;)
                {
                    Assert.Equal(Lasting, Whole(() => links.List().Count(link => link.Name.StartsWith("last", StringComparison.Ordinal))));
                    Assert.Equal(Lasting, Whole(() => addresses.List().Count(address => Ipv4Cidr.Parse("10.1.0.0/16").Contains(address.Cidr.Address))));
                }
            });
        }
        finally
        {
            churn.Kill();
            churn.WaitForExit();
            File.Delete(batch);
        }
    }

    [Fact]
    public void One_link_and_one_kind_are_found_among_many()
    {
        using TestNamespace space = new();
        space.Run(() =>
        {
            Links links = new();
            links.CreateBridge("weave");
            links.CreateVeth(new VethSpec("one", "two") { Master = "weave" });
            Link one = links.Find("one")!;
            Assert.Equal(one, links.At(one.Index));
            Assert.Null(links.At(4711));
            Assert.Null(links.At(0));
            Assert.Equal(["weave"], links.List("bridge").Select(link => link.Name));
            Assert.Empty(links.List("nothing-of-the-kind"));
            Addresses addresses = new(links);
            Assert.True(addresses.Add("weave", Ipv4Cidr.Parse("10.32.0.1/12")));
            Assert.True(addresses.Add("one", Ipv4Cidr.Parse("169.254.53.53/32"), hostOnly: true));
            Assert.Equal(["10.32.0.1/12"], addresses.List("weave").Select(address => address.ToString()));
            Assert.Equal(2, addresses.List().Count(address => address.LinkIndex != 1));
        });
        Assert.Contains("169.254.53.53/32 scope host", space.Inside("addr", "show", "one"), StringComparison.Ordinal);
    }

    [Fact]
    public void Addresses_that_come_and_go_are_heard_of()
    {
        using TestNamespace space = new();
        space.Run(() =>
        {
            new Links().CreateBridge("weave");
            using AddressMonitor monitor = new(TimeSpan.FromMilliseconds(100));
            Assert.False(monitor.Wait());
            space.Inside("addr", "add", "10.32.0.1/12", "dev", "weave");
            Assert.True(monitor.Wait());
            Assert.False(monitor.Wait());
            space.Inside("addr", "del", "10.32.0.1/12", "dev", "weave");
            Assert.True(monitor.Wait());
        });
    }

    /// <summary>Of what never stands still there is no list, and that is said.</summary>
    private static int Whole(Func<int> list)
    {
        while (true)
        {
            try
            {
                return list();
            }
            catch (KernelException changing) when (changing.Errno == Errno.EINTR)
            {
                Assert.Contains("while it was read", changing.Message, StringComparison.Ordinal);
            }
        }
    }
}
