using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Weave.Linux.Interop;

namespace Weave.Linux.Bpf;

/// <summary>A kernel map with keys and values of fixed size. The descriptor belongs to the object that it was loaded with.</summary>
internal sealed unsafe class BpfMap(string name, SafeFileHandle descriptor, int keySize, int valueSize)
{
    private const int BatchSize = 512;

    internal SafeFileHandle Descriptor => descriptor;

    internal void Update(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        Check("write", BpfNative.MapUpdate(descriptor, key, value, BpfNative.BPF_ANY));

    /// <returns>False when there is no room for it.</returns>
    internal bool TryUpdate(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        int result = BpfNative.MapUpdate(descriptor, key, value, BpfNative.BPF_ANY);
        if (result == -Errno.E2BIG)
        {
            return false;
        }

        Check("write", result);
        return true;
    }

    internal bool TryLookup(ReadOnlySpan<byte> key, Span<byte> value)
    {
        int result = BpfNative.MapLookup(descriptor, key, value);
        if (result == -Errno.ENOENT)
        {
            return false;
        }

        Check("read", result);
        return true;
    }

    /// <returns>It was there.</returns>
    internal bool Delete(ReadOnlySpan<byte> key)
    {
        int result = BpfNative.MapDelete(descriptor, key);
        if (result == -Errno.ENOENT)
        {
            return false;
        }

        Check("delete from", result);
        return true;
    }

    /// <summary>Visits every entry, a batch a system call. What changes meanwhile may be seen or not, or twice.</summary>
    internal void ForEach(MapEntryVisitor visit)
    {
        byte[] keys = new byte[BatchSize * keySize];
        byte[] values = new byte[BatchSize * valueSize];
        ulong position = 0;
        bool first = true;
        int result = 0;
        fixed (byte* keysPinned = keys, valuesPinned = values)
        {
            while (result == 0)
            {
                uint count = BatchSize;
                result = BpfNative.MapLookupBatch(
                    descriptor, first ? null : (byte*)&position, (byte*)&position, keysPinned, valuesPinned, &count, 0);
                if (result != -Errno.ENOENT)
                {
                    Check("list", result);
                }

                for (int i = 0; i < count; i++)
                {
                    visit(keys.AsSpan(i * keySize, keySize), values.AsSpan(i * valueSize, valueSize));
                }

                first = false;
            }
        }
    }

    private void Check(string what, int result)
    {
        if (result < 0)
        {
            throw new KernelException($"{what} map {name}", -result);
        }
    }
}

/// <summary>Sees one entry of a map.</summary>
internal delegate void MapEntryVisitor(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);
