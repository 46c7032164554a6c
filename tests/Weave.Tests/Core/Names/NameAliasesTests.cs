using Weave.Core.Names;

namespace Weave.Tests.Core.Names;

public sealed class NameAliasesTests
{
    private readonly NamesPeer _peer = new(1, 2);
    private readonly NameAliases _aliases;

    public NameAliasesTests()
    {
        _aliases = new NameAliases(_peer.Database);
        _aliases.Add(new NameAlias("www.weave.local.", "web.weave.local."));
    }

    [Fact]
    public void An_alias_follows_its_target_on_any_host()
    {
        Follow();
        Assert.Empty(_peer.Live());
        _peer.Hear(NamesPeer.Entry("Web.weave.local.", 2, "10.40.0.1"), NamesPeer.Entry("web.weave.local.", 2, "10.40.0.2"));
        Follow();
        Assert.Equal(["www.weave.local. 10.40.0.1", "www.weave.local. 10.40.0.2"], Aliased());
        _peer.Hear(NamesPeer.Entry("Web.weave.local.", 2, "10.40.0.1", 1, 5));
        Follow();
        Assert.Equal(["www.weave.local. 10.40.0.2"], Aliased());
        _peer.Forget(2);
        Follow();
        Assert.Empty(Aliased());
    }

    [Fact]
    public void An_alias_that_is_removed_is_gone()
    {
        _peer.Register("web.weave.local.", "10.32.0.1");
        Follow();
        Assert.Single(Aliased());
        Assert.True(_aliases.Remove(_peer.Now, new NameAlias("www.weave.local.", "web.weave.local.")));
        Follow();
        Assert.Empty(Aliased());
    }

    [Fact]
    public void Aliases_of_each_other_do_not_keep_each_other_alive()
    {
        _aliases.Add(new NameAlias("web.weave.local.", "www.weave.local."));
        _peer.Register("web.weave.local.", "10.32.0.1");
        Follow();
        Assert.Single(Aliased());
        _peer.Database.Delete(_peer.Now, "c1", null, null);
        Follow();
        Assert.Empty(_peer.Live());
    }

    private void Follow() => _aliases.Follow(_peer.Now);

    private IEnumerable<string> Aliased() => _peer.Live().Where(line => line.StartsWith("www", StringComparison.Ordinal));
}
