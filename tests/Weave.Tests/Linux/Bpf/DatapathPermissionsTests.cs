using Weave.Linux.Bpf;

namespace Weave.Tests.Linux.Bpf;

public sealed class DatapathPermissionsTests
{
    private const ulong All = 0x1ff_ffff_ffff;
    private const ulong NetAdmin = 1UL << 12;
    private const ulong SysAdmin = 1UL << 21;
    private const ulong Perfmon = 1UL << 38;
    private const ulong Bpf = 1UL << 39;

    [Theory]
    [InlineData(All, null)]
    [InlineData(NetAdmin | SysAdmin, null)] // also before Linux 5.8, which has no other
    [InlineData(NetAdmin | Bpf | Perfmon, null)]
    [InlineData(NetAdmin | Bpf, "this process lacks CAP_PERFMON")]
    [InlineData(NetAdmin, "this process lacks CAP_BPF, CAP_PERFMON")]
    [InlineData(All & ~NetAdmin, "this process lacks CAP_NET_ADMIN")]
    [InlineData(0, "this process lacks CAP_NET_ADMIN, CAP_BPF, CAP_PERFMON")]
    public void What_is_missing_is_named(ulong effective, string? whyNot) => Assert.Equal(whyNot, DatapathPermissions.WhyNot(effective, refused: false));

    [Fact]
    public void A_refusal_in_spite_of_them_is_somebody_elses() =>
        Assert.Contains("seccomp", DatapathPermissions.WhyNot(All, refused: true), StringComparison.Ordinal);

    [Fact]
    public void Capabilities_are_read_as_the_kernel_writes_them() => Assert.Equal(
        0x1_ffff_ffffUL | (1UL << 40), DatapathPermissions.Effective(["Name:\tweaver", "CapPrm:\t0000000000000000", "CapEff:\t00000101ffffffff", "CapBnd:\t0000000000000000"]));

    [Fact]
    public void Nothing_to_read_is_no_permission() => Assert.Equal(0UL, DatapathPermissions.Effective([]));
}
