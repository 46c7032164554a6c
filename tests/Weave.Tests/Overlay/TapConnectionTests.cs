using Microsoft.Extensions.Logging.Abstractions;
using Weave.Linux.Bridge;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Overlay;
using Weave.Tests.Fakes;

namespace Weave.Tests.Overlay;

public sealed class TapConnectionTests
{
    private readonly FakeLinks _links = new();
    private readonly List<string> _redirected = [];

    public TapConnectionTests()
    {
        _links.CreateVeth(new VethSpec("tap", "user space"));
        _links.OnRedirect = (from, to) => _redirected.Add($"{from} {to}");
    }

    [Fact]
    public void An_mtu_that_a_tap_takes_needs_nothing_between()
    {
        Connect(65521);
        Assert.Equal(65521, _links.Find("weave")!.MtuBytes);
        Assert.Equal(_links.Find("weave")!.Index, _links.Find("tap")!.MasterIndex);
        Assert.Null(_links.Find("vethwe-bridge"));
        Assert.Empty(_redirected);
    }

    [Fact]
    public void A_greater_one_needs_a_pair_whose_far_end_is_the_tap()
    {
        Connect(65535);
        Link port = _links.Find("vethwe-bridge")!;
        Link end = _links.Find("vethwe-pcap")!;
        Assert.Equal((_links.Find("weave")!.Index, 65535, true), (port.MasterIndex, port.MtuBytes, port.Up));
        Assert.Equal((0, 65535, true), (end.MasterIndex, end.MtuBytes, end.Up));
        Assert.Equal(65535, _links.Find("weave")!.MtuBytes);
        Assert.Equal(0, _links.Find("tap")!.MasterIndex);
        Assert.Equal(["vethwe-pcap tap", "tap vethwe-pcap"], _redirected);
    }

    [Fact]
    public void A_kernel_that_cannot_redirect_gets_the_mtu_of_the_tap_and_nothing_is_left_of_the_pair()
    {
        _links.OnRedirect = (from, to) => throw new KernelException($"redirect from \"{from}\" to \"{to}\"", Errno.ENOENT);
        Connect(65535);
        Assert.Equal(65521, _links.Find("weave")!.MtuBytes);
        Assert.Equal(_links.Find("weave")!.Index, _links.Find("tap")!.MasterIndex);
        Assert.Null(_links.Find("vethwe-bridge"));
        Assert.Null(_links.Find("vethwe-pcap"));
    }

    private void Connect(int mtu) => new TapConnection(_links, new FakeSysctls(), Ensure, NullLogger.Instance).Connect("tap", new BridgeSpec("weave", default, mtu));

    private void Ensure(BridgeSpec wanted)
    {
        if (_links.Find(wanted.Name) is null)
        {
            _links.CreateBridge(wanted.Name);
        }

        _links.Change(wanted.Name, new LinkChange { MtuBytes = wanted.MtuBytes });
    }
}
