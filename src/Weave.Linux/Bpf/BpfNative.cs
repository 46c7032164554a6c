using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Weave.Linux.Bpf;

/// <summary>
/// The calls of libbpf (1.1 and later) that are used. Functions that return an int give a negative error number;
/// those that return a pointer give null and errno.
/// </summary>
internal static unsafe partial class BpfNative
{
    internal const int BPF_PROG_TYPE_SCHED_CLS = 3;
    internal const int BPF_TC_INGRESS = 1;
    internal const int BPF_TC_EGRESS = 2;
    internal const uint BPF_TC_F_REPLACE = 1;
    internal const ulong BPF_ANY = 0;

    [LibraryImport("bpf", EntryPoint = "bpf_object__open_mem", SetLastError = true)]
    internal static partial nint ObjectOpen(byte* image, nuint size, nint options);

    [LibraryImport("bpf", EntryPoint = "bpf_object__load")]
    internal static partial int ObjectLoad(BpfObjectHandle instance);

    [LibraryImport("bpf", EntryPoint = "bpf_object__close")]
    internal static partial void ObjectClose(nint instance);

    [LibraryImport("bpf", EntryPoint = "bpf_object__next_map")]
    internal static partial nint NextMap(BpfObjectHandle instance, nint previous);

    [LibraryImport("bpf", EntryPoint = "bpf_map__name")]
    internal static partial nint MapName(nint map);

    [LibraryImport("bpf", EntryPoint = "bpf_map__fd")]
    internal static partial int MapDescriptor(nint map);

    [LibraryImport("bpf", EntryPoint = "bpf_map__set_pin_path", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int MapSetPinPath(nint map, string path);

    [LibraryImport("bpf", EntryPoint = "bpf_map__type")]
    internal static partial uint MapType(nint map);

    [LibraryImport("bpf", EntryPoint = "bpf_map__key_size")]
    internal static partial uint MapKeySize(nint map);

    [LibraryImport("bpf", EntryPoint = "bpf_map__value_size")]
    internal static partial uint MapValueSize(nint map);

    [LibraryImport("bpf", EntryPoint = "bpf_map__max_entries")]
    internal static partial uint MapMaxEntries(nint map);

    [LibraryImport("bpf", EntryPoint = "bpf_map__map_flags")]
    internal static partial uint MapFlags(nint map);

    [LibraryImport("bpf", EntryPoint = "bpf_map__set_value_size")]
    internal static partial int MapSetValueSize(nint map, uint size);

    [LibraryImport("bpf", EntryPoint = "bpf_map__set_max_entries")]
    internal static partial int MapSetMaxEntries(nint map, uint count);

    [LibraryImport("bpf", EntryPoint = "bpf_obj_pin", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Pin(int descriptor, string path);

    [LibraryImport("bpf", EntryPoint = "bpf_obj_get", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int OpenPinned(string path);

    [LibraryImport("bpf", EntryPoint = "bpf_obj_get_info_by_fd")]
    internal static partial int ReadInfo(SafeFileHandle descriptor, void* info, uint* size);

    [LibraryImport("bpf", EntryPoint = "bpf_object__next_program")]
    internal static partial nint NextProgram(BpfObjectHandle instance, nint previous);

    [LibraryImport("bpf", EntryPoint = "bpf_object__find_program_by_name", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint FindProgram(BpfObjectHandle instance, string name);

    [LibraryImport("bpf", EntryPoint = "bpf_program__set_type")]
    internal static partial int ProgramSetType(nint program, int type);

    [LibraryImport("bpf", EntryPoint = "bpf_program__fd")]
    internal static partial int ProgramDescriptor(nint program);

    [LibraryImport("bpf", EntryPoint = "bpf_map_create", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int MapCreate(int type, string name, uint keySize, uint valueSize, uint maxEntries, nint options);

    [LibraryImport("bpf", EntryPoint = "bpf_map_update_elem")]
    internal static partial int MapUpdate(SafeFileHandle map, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ulong flags);

    [LibraryImport("bpf", EntryPoint = "bpf_map_lookup_elem")]
    internal static partial int MapLookup(SafeFileHandle map, ReadOnlySpan<byte> key, Span<byte> value);

    [LibraryImport("bpf", EntryPoint = "bpf_map_delete_elem")]
    internal static partial int MapDelete(SafeFileHandle map, ReadOnlySpan<byte> key);

    [LibraryImport("bpf", EntryPoint = "bpf_map_lookup_batch")]
    internal static partial int MapLookupBatch(
        SafeFileHandle map, byte* from, byte* next, byte* keys, byte* values, uint* count, nint options);

    [LibraryImport("bpf", EntryPoint = "libbpf_num_possible_cpus")]
    internal static partial int PossibleCpus();

    [LibraryImport("bpf", EntryPoint = "libbpf_probe_bpf_prog_type")]
    internal static partial int ProbeProgramType(int type, nint options);

    [LibraryImport("bpf", EntryPoint = "libbpf_probe_bpf_map_type")]
    internal static partial int ProbeMapType(int type, nint options);

    [LibraryImport("bpf", EntryPoint = "libbpf_probe_bpf_helper")]
    internal static partial int ProbeHelper(int programType, int helper, nint options);

    [LibraryImport("bpf", EntryPoint = "bpf_tc_hook_create")]
    internal static partial int HookCreate(TcHook* hook);

    [LibraryImport("bpf", EntryPoint = "bpf_tc_attach")]
    internal static partial int Attach(TcHook* hook, TcOptions* options);

    [LibraryImport("bpf", EntryPoint = "bpf_tc_detach")]
    internal static partial int Detach(TcHook* hook, TcOptions* options);

    [LibraryImport("bpf", EntryPoint = "bpf_tc_query")]
    internal static partial int Query(TcHook* hook, TcOptions* options);

    [LibraryImport("bpf", EntryPoint = "ring_buffer__new", SetLastError = true)]
    internal static partial nint RingNew(SafeFileHandle map, delegate* unmanaged[Cdecl]<nint, nint, nuint, int> sample, nint context, nint options);

    [LibraryImport("bpf", EntryPoint = "ring_buffer__poll")]
    internal static partial int RingPoll(nint ring, int timeoutMilliseconds);

    [LibraryImport("bpf", EntryPoint = "ring_buffer__free")]
    internal static partial void RingFree(nint ring);

    [LibraryImport("bpf", EntryPoint = "libbpf_set_print")]
    internal static partial nint SetPrint(delegate* unmanaged[Cdecl]<int, byte*, nint, int> print);

    [LibraryImport("bpf", EntryPoint = "bpf_prog_test_run_opts")]
    internal static partial int TestRun(int program, TestRunOptions* options);

    /// <summary>struct bpf_tc_hook</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TcHook
    {
        internal nuint Size;
        internal int Ifindex;
        internal int AttachPoint;
        internal uint Parent;
        private readonly uint _padding;
    }

    /// <summary>struct bpf_tc_opts</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TcOptions
    {
        internal nuint Size;
        internal int Program;
        internal uint Flags;
        internal uint ProgramId;
        internal uint Handle;
        internal uint Priority;
        private readonly uint _padding;
    }

    /// <summary>struct bpf_test_run_opts</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TestRunOptions
    {
        internal nuint Size;
        internal byte* DataIn;
        internal byte* DataOut;
        internal uint DataSizeIn;
        internal uint DataSizeOut;
        internal byte* ContextIn;
        internal byte* ContextOut;
        internal uint ContextSizeIn;
        internal uint ContextSizeOut;
        internal uint Result;
        internal int Repeat;
        internal uint DurationNanoseconds;
        internal uint Flags;
        internal uint Cpu;
        internal uint BatchSize;
    }
}
