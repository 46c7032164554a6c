using Weave.Linux.Firewall;
using Weave.Tests.Core.Firewall;
using Weave.Wire.Primitives;

namespace Weave.Tests.Fakes;

/// <summary>Rules that exist only here.</summary>
internal sealed class FakeFirewall : IFirewall
{
    private readonly FirewallHost _host = new("*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\nCOMMIT\n*nat\n:POSTROUTING ACCEPT [0:0]\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n");

    public string Save() => _host.Save();

    public string Stamp() => _host.Save();

    public OtherRules SaveOthers() => new("", [], "");

    public void Restore(string script) => _host.Restore(script);

    public void SetMembers(string set, IReadOnlyCollection<Ipv4Cidr> members) => throw new NotSupportedException();

    public IReadOnlyCollection<Ipv4Cidr>? Members(string set) => throw new NotSupportedException();

    public void DestroySet(string set) => throw new NotSupportedException();

    public void ForgetFlows(int udpPort) => throw new NotSupportedException();
}
