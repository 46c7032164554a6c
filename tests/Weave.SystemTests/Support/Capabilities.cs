using System.Runtime.InteropServices;

namespace Weave.SystemTests.Support;

/// <summary>Capabilities of the calling thread alone: to be given up on a thread that is thrown away.</summary>
internal static partial class Capabilities
{
    internal const int SysAdmin = 21;
    internal const int Perfmon = 38;
    internal const int Bpf = 39;

    private const uint Version3 = 0x2008_0522;

    /// <summary>Gives up what is named; the rest stays.</summary>
    internal static void Drop(params int[] without)
    {
        uint[] header = [Version3, 0]; // struct __user_cap_header_struct: version, this thread
        uint[] sets = new uint[6]; // struct __user_cap_data_struct, twice: effective, permitted, inheritable
        Assert.Equal(0, Get(header, sets));
        foreach (int capability in without)
        {
            int word = capability / 32 * 3;
            uint keep = ~(1U << (capability % 32));
            sets[word] &= keep;
            sets[word + 1] &= keep;
        }

        Assert.Equal(0, Set(header, sets));
    }

    [LibraryImport("libc", EntryPoint = "capget")]
    private static partial int Get([In, Out] uint[] header, [Out] uint[] sets);

    [LibraryImport("libc", EntryPoint = "capset")]
    private static partial int Set([In, Out] uint[] header, uint[] sets);
}
