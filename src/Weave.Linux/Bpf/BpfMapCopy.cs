using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Weave.Linux.Interop;

namespace Weave.Linux.Bpf;

/// <summary>Carries the entries of a map over to one of another version.</summary>
internal static class BpfMapCopy
{
    /// <summary>
    /// Every entry, its values cut or filled up with zeros. What finds no room is left out; where the keys have changed
    /// nothing can be carried over.
    /// </summary>
    internal static void All(string name, SafeFileHandle from, SafeFileHandle to)
    {
        BpfMapShape found = BpfMapShape.Found(from);
        BpfMapShape wanted = BpfMapShape.Found(to);
        if (!found.HasEntries || !wanted.HasEntries || found.KeySize != wanted.KeySize || found.Values != wanted.Values)
        {
            return;
        }

        BpfMap old = new(name, from, (int)found.KeySize, found.Stride * found.Values);
        BpfMap made = new(name, to, (int)wanted.KeySize, wanted.Stride * wanted.Values);
        byte[] value = new byte[wanted.Stride * wanted.Values];
        void Carry(ReadOnlySpan<byte> key, ReadOnlySpan<byte> was)
        {
            Refit(was, found.Stride, value, wanted.Stride);
            made.TryUpdate(key, value);
        }

        if (found.Values == 1)
        {
            old.ForEach(Carry);
        }
        else
        {
            EachOfArray(old, found, Carry); // in batches only since Linux 5.13
        }
    }

    /// <summary>Puts each value of an entry where the other version has it.</summary>
    internal static void Refit(ReadOnlySpan<byte> from, int fromStride, Span<byte> to, int toStride)
    {
        to.Clear();
        for (int i = 0; i < to.Length / toStride; i++)
        {
            int common = Math.Min(fromStride, toStride);
            from.Slice(i * fromStride, common).CopyTo(to[(i * toStride)..]);
        }
    }

    private static void EachOfArray(BpfMap map, BpfMapShape shape, MapEntryVisitor visit)
    {
        byte[] key = new byte[sizeof(uint)];
        byte[] value = new byte[shape.Stride * shape.Values];
        for (uint index = 0; index < shape.MaxEntries; index++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(key, index);
            if (map.TryLookup(key, value))
            {
                visit(key, value);
            }
        }
    }
}
