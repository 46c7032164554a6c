using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Weave.Linux.Interop;

namespace Weave.Linux.Bpf;

/// <summary>
/// What the calling thread needs to be allowed. To be asked before <see cref="DatapathFeatures"/>: a kernel that refuses
/// looks like one that lacks everything.
/// </summary>
public static class DatapathPermissions
{
    private const int BPF_MAP_TYPE_LRU_HASH = 9;
    private const int CAP_NET_ADMIN = 12;
    private const int CAP_SYS_ADMIN = 21;
    private const int CAP_PERFMON = 38;
    private const int CAP_BPF = 39;

    /// <summary>What is missing, in words; null when the fast datapath may be tried.</summary>
    public static string? WhyNot() => WhyNot(Effective(File.ReadLines("/proc/thread-self/status")), IsRefused());

    /// <summary>The same.</summary>
    /// <param name="effective">Effective capabilities, a bit each.</param>
    /// <param name="refused">The kernel refused to make a map, for want of a permission.</param>
    internal static string? WhyNot(ulong effective, bool refused)
    {
        bool Has(int capability) => (effective >> capability & 1) != 0;
        List<string> missing = [];
        if (!Has(CAP_NET_ADMIN))
        {
            missing.Add("CAP_NET_ADMIN");
        }

        // CAP_SYS_ADMIN is what the other two were taken out of in Linux 5.8.
        if (!Has(CAP_SYS_ADMIN) && !Has(CAP_BPF))
        {
            missing.Add("CAP_BPF");
        }

        if (!Has(CAP_SYS_ADMIN) && !Has(CAP_PERFMON))
        {
            missing.Add("CAP_PERFMON");
        }

        return missing.Count > 0 ? $"this process lacks {string.Join(", ", missing)}"
            : refused ? "the kernel does not let this process use eBPF, by a seccomp filter, a user namespace or a security module"
            : null;
    }

    internal static ulong Effective(IEnumerable<string> status)
    {
        const string Field = "CapEff:";
        string? line = status.FirstOrDefault(static line => line.StartsWith(Field, StringComparison.Ordinal));
        return line is null ? 0 : ulong.Parse(line[Field.Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    private static bool IsRefused()
    {
        int descriptor = BpfNative.MapCreate(BPF_MAP_TYPE_LRU_HASH, "weave_probe", sizeof(uint), sizeof(uint), 1, 0);
        if (descriptor < 0)
        {
            return descriptor == -Errno.EPERM;
        }

        new SafeFileHandle(descriptor, ownsHandle: true).Dispose();
        return false;
    }
}
