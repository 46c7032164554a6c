using Weave.Docker.Model;
using Weave.Plugin;

namespace Weave.Tests.Plugin;

public sealed class ContainerNamesTests
{
    private const string Id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("foo.weave.local", "", "/foo", "foo.weave.local. foo.weave.local.")]
    [InlineData("foo", "weave.local", "/bar", "foo.weave.local bar.weave.local.")]
    [InlineData("0123456789ab", "", "/bar", "0123456789ab. bar.weave.local. web.weave.local. x.weave.local", "web", "0123456789ab", "x.weave.local", "")]
    public void Host_name_container_name_and_aliases(string host, string domain, string name, string expected, params string[] aliases)
    {
        ContainerDetails container = new()
        {
            Id = Id,
            Name = name,
            Config = new ContainerConfig { Hostname = host, Domainname = domain },
        };
        IEnumerable<string> names = ContainerNames.Of(container, new ContainerEndpoint { Aliases = aliases }, "weave.local.");
        Assert.Equal(expected.Split(' ').Distinct(), names);
    }
}
