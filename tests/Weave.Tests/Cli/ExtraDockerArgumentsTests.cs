using Weave.Cli;
using Weave.Cli.Launch;
using Weave.Docker.Model;

namespace Weave.Tests.Cli;

public sealed class ExtraDockerArgumentsTests
{
    [Fact]
    public void What_users_give_the_routers_container_is_taken()
    {
        ExtraDockerArguments extra = ExtraDockerArguments.Read(
            "-e A=1 -eB=2 --env=C=3 --privileged --net=host --pid host -v /a:/b -l x=y -m 512m --cpus=1.5 -c 512 --cpuset-cpus 0-1 --log-driver json-file --log-opt max-size=10m --log-opt max-file=3 --restart on-failure:5 --ulimit nofile=1024:2048 --cap-add SYS_RESOURCE --security-opt=seccomp=unconfined");
        Assert.Equal(["A=1", "B=2", "C=3"], extra.Variables);
        Assert.Equal(["/a:/b"], extra.Binds);
        Assert.Equal([KeyValuePair.Create("x", "y")], extra.Labels);
        HostSpec host = extra.Change(new HostSpec { CapAdd = ["NET_ADMIN"], RestartPolicy = new RestartPolicy("always"), UsernsMode = "host" });
        Assert.Equal((512L << 20, 1_500_000_000L, 512L, "0-1", "host"), (host.Memory, host.NanoCpus, host.CpuShares, host.CpusetCpus, host.UsernsMode));
        Assert.Equal("json-file", host.LogConfig!.Type);
        Assert.Equal([KeyValuePair.Create("max-size", "10m"), KeyValuePair.Create("max-file", "3")], host.LogConfig.Config!);
        Assert.Equal(new RestartPolicy("on-failure", 5), host.RestartPolicy);
        Assert.Equal([new UlimitSpec("nofile", 1024, 2048)], host.Ulimits!);
        Assert.Equal(["NET_ADMIN", "SYS_RESOURCE"], host.CapAdd!);
        Assert.Equal(["seccomp=unconfined"], host.SecurityOpt!);
    }

    [Theory]
    [InlineData("--name other", "--name is not supported")]
    [InlineData("--network=bridge", "--network bridge: only host")]
    [InlineData("--cpus many", "--cpus many: only a number")]
    [InlineData("--restart sometimes", "--restart sometimes: only no, always")]
    [InlineData("--ulimit nofile", "--ulimit nofile: only NAME=SOFT")]
    [InlineData("-e", "-e needs a value")]
    [InlineData("weaveworks/weave", "weaveworks/weave is not supported")]
    public void What_cannot_be_taken_is_named(string words, string reason) =>
        Assert.Contains(reason, Assert.Throws<CommandException>(() => ExtraDockerArguments.Read(words)).Message, StringComparison.Ordinal);
}
