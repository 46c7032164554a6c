using Microsoft.Win32.SafeHandles;
using Weave.Linux.Interop;

namespace Weave.Linux.Bpf;

/// <summary>What a map is like. Programs can use a pinned map only if all of this is as they were built for.</summary>
internal readonly unsafe record struct BpfMapShape(uint Type, uint KeySize, uint ValueSize, uint MaxEntries, uint Flags)
{
    private const uint BPF_MAP_TYPE_PERCPU_HASH = 5;
    private const uint BPF_MAP_TYPE_PERCPU_ARRAY = 6;
    private const uint BPF_MAP_TYPE_RINGBUF = 27;
    private const int PerCpuAlignment = 8;

    /// <summary>Whether there are entries that user space can read.</summary>
    internal bool HasEntries => Type != BPF_MAP_TYPE_RINGBUF;

    /// <summary>How many values an entry has: one for each processor in some kinds of map.</summary>
    internal int Values => Type is BPF_MAP_TYPE_PERCPU_ARRAY or BPF_MAP_TYPE_PERCPU_HASH ? BpfNative.PossibleCpus() : 1;

    /// <summary>From one value of an entry to the next.</summary>
    internal int Stride => Values == 1 ? (int)ValueSize : ((int)ValueSize + PerCpuAlignment - 1) & -PerCpuAlignment;

    /// <summary>As the programs were built for; <paramref name="map"/> is libbpf's struct bpf_map.</summary>
    internal static BpfMapShape Wanted(nint map) => new(
        BpfNative.MapType(map), BpfNative.MapKeySize(map), BpfNative.MapValueSize(map), BpfNative.MapMaxEntries(map), BpfNative.MapFlags(map));

    /// <summary>As the kernel has it.</summary>
    internal static BpfMapShape Found(SafeFileHandle descriptor)
    {
        uint* info = stackalloc uint[6]; // struct bpf_map_info: type, id, key_size, value_size, max_entries, map_flags, ...
        uint size = 6 * sizeof(uint);
        int result = BpfNative.ReadInfo(descriptor, info, &size);
        return result < 0 ? throw new KernelException("read what a pinned map is like", -result) : new(info[0], info[2], info[3], info[4], info[5]);
    }
}
